// A picture that was drawn step by step: its slider shows the first steps only, and says what they came to.
// In the page: figure.steps with an input of type range, an output whose data-said is a list of texts, and an
// inline SVG in which the group with the id step-N belongs to step N. Without this script all steps are shown.
for (const figure of document.querySelectorAll("figure.steps")) {
  const slider = figure.querySelector("input");
  const output = figure.querySelector("output");
  const said = JSON.parse(output.dataset.said);
  const show = () => {
    for (const step of figure.querySelectorAll("g[id^='step-']")) {
      step.style.display = Number(step.id.slice("step-".length)) <= slider.value ? "" : "none";
    }
    output.value = said[slider.value - 1];
    slider.setAttribute("aria-valuetext", output.value);
  };
  slider.addEventListener("input", show);
  show();
}
