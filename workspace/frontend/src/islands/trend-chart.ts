// <trend-chart>: two lines over the numbers of the table inside it. Arrow keys, Home and End walk through the days.
import uPlot from "uplot";
import { height, read, type Trend, width, words } from "../trend.ts";

const HEIGHT = 220;
const FEW = 31; // up to so many days each has a dot
const LEGEND = `
  <span><svg viewBox="0 0 24 8" aria-hidden="true"><line x1="0" y1="4" x2="24" y2="4"/></svg>Values filled</span>
  <span class="trend-second"><svg viewBox="0 0 24 8" aria-hidden="true"><line x1="0" y1="4" x2="24" y2="4"/></svg>Products complete</span>
  <strong></strong>`;

function cells(table: HTMLTableElement): string[][] {
  return [...(table.tBodies[0]?.rows ?? [])].map((row) => [
    row.querySelector("time")?.dateTime ?? "",
    ...[...row.querySelectorAll("td")].map((cell) => cell.textContent?.trim() ?? ""),
  ]);
}

// Tokens are resolved by the browser where they are used, so the colours are asked of what wears them.
function colour(element: Element | null, property: string): string {
  return element ? getComputedStyle(element).getPropertyValue(property) : "";
}

class TrendChart extends HTMLElement {
  private trend: Trend = { days: [], filled: [], complete: [] };
  private readonly plot = document.createElement("div");
  private readonly legend = document.createElement("div");
  private readonly scheme = matchMedia("(prefers-color-scheme: dark)");
  private readonly resized = new ResizeObserver(() => this.fit());
  private chart: uPlot | undefined;
  private at = 0;

  connectedCallback(): void {
    const table = this.querySelector("table");
    if (!table) {
      return;
    }
    this.trend = read(cells(table));
    this.at = this.trend.days.length - 1;
    this.legend.className = "trend-legend";
    this.legend.innerHTML = LEGEND;
    this.plot.className = "trend-plot";
    this.plot.tabIndex = 0;
    for (const [name, value] of Object.entries({ role: "slider", label: "Day", valuemin: "0", valuemax: `${this.at}` })) {
      this.plot.setAttribute(name === "role" ? name : `aria-${name}`, value);
    }
    this.plot.addEventListener("keydown", (event) => this.walk(event));
    this.prepend(this.legend, this.plot);
    this.draw();
    this.show(this.at);
    this.resized.observe(this);
    this.scheme.addEventListener("change", this.draw);
  }

  disconnectedCallback(): void {
    this.resized.disconnect();
    this.scheme.removeEventListener("change", this.draw);
    this.chart?.destroy();
    this.legend.remove();
    this.plot.remove();
  }

  private readonly draw = (): void => {
    this.chart?.destroy();
    const [first, second] = this.legend.querySelectorAll("line");
    const axis: uPlot.Axis = {
      stroke: colour(this.legend, "color"),
      grid: { stroke: colour(this.plot, "border-top-color"), width: 1 },
      ticks: { show: false },
      font: `12px ${colour(this.plot, "font-family")}`,
    };
    const line = { width: 2, points: { show: this.trend.days.length <= FEW, size: 6 } };
    const options: uPlot.Options = {
      width: this.clientWidth,
      height: HEIGHT,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      scales: { x: { range: () => width(this.trend.days) }, y: { range: () => height(this.trend.filled, this.trend.complete) } },
      axes: [
        { ...axis, values: "{D} {MMM}", space: 72, incrs: [1, 2, 7, 14, 28].map((days) => days * 86_400) },
        { ...axis, size: 48, values: (_, splits) => splits.map((percent) => `${percent}%`) },
      ],
      series: [
        {},
        { ...line, stroke: colour(first ?? null, "stroke") },
        { ...line, stroke: colour(second ?? null, "stroke"), dash: [6, 4] },
      ],
      cursor: { y: false, drag: { x: false, y: false } },
      legend: { show: false },
      hooks: { setCursor: [(chart) => this.follow(chart)] },
    };
    this.chart = new uPlot(options, [this.trend.days, this.trend.filled, this.trend.complete], this.plot);
  };

  private follow(chart: uPlot): void {
    this.show(chart.cursor.idx ?? this.at);
  }

  private show(at: number): void {
    this.at = at;
    const said = words(this.trend, at);
    this.plot.setAttribute("aria-valuenow", `${at}`);
    this.plot.setAttribute("aria-valuetext", said);
    const readout = this.legend.querySelector("strong");
    if (readout) {
      readout.textContent = said;
    }
  }

  private walk(event: KeyboardEvent): void {
    const last = this.trend.days.length - 1;
    const goal = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: last }[event.key];
    if (goal === undefined || !this.chart) {
      return;
    }
    event.preventDefault();
    const at = Math.max(0, Math.min(last, goal));
    const left = this.chart.valToPos(this.trend.days[at] ?? 0, "x");
    this.chart.setCursor({ left, top: 0 });
    this.show(at);
  }

  private fit(): void {
    if (this.chart && this.clientWidth) {
      this.chart.setSize({ width: this.clientWidth, height: HEIGHT });
    }
  }
}

customElements.define("trend-chart", TrendChart);
