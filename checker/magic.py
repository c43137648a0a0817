"""`%grade`: the verdict inside the notebook. A notebook that is being graded can load it too, where it does nothing."""
