// <compare-slider><img><img><input type="range"></compare-slider>: two pictures in one place, the first up to where the range
// stands. The range covers them both, so that the browser does the dragging and the keys.

class CompareSlider extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("input", this.draw);
    this.draw();
  }

  private draw = (): void => {
    const range = this.querySelector("input")!;
    this.style.setProperty("--at", `${range.value}%`);
    range.setAttribute("aria-valuetext", `${range.value} %`);
  };
}

customElements.define("compare-slider", CompareSlider);
