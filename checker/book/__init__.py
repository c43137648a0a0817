"""What the book is made of besides its pages: claims, questions and exam objectives; and serving the built site."""
