// <zoom-stage data-width data-full><img></zoom-stage>: looks closely at a picture. Plus and minus zoom, 0 fits it in, 1 shows
// it pixel by pixel, arrows or the pointer move it; the wheel zooms while the stage has the focus or Ctrl is held.
// `data-width` is the original's, `data-full` where a picture in that size can be had: POST has it made, GET says where it is.
import { aim, settle } from "../zooming.ts";

const STEP = 1.25;
const PAN = 80;
const PATIENCE = 60;
const PAUSE = 1500;

interface FullSize {
  url: string;
  is_failed?: boolean;
}

class ZoomStage extends HTMLElement {
  private zoom = 0; // 0: fitted in
  private x = 0;
  private y = 0;
  private asked = false;
  private readonly stop = new AbortController();

  private get picture(): HTMLImageElement {
    return this.querySelector("img") as HTMLImageElement;
  }

  private get width(): number {
    return Number(this.dataset.width) || this.picture.naturalWidth || 1;
  }

  private get height(): number {
    const { naturalWidth, naturalHeight } = this.picture;
    return this.width * (naturalWidth ? naturalHeight / naturalWidth : 1);
  }

  private get fitting(): number {
    return Math.min(this.clientWidth / this.width, this.clientHeight / this.height);
  }

  connectedCallback(): void {
    const options = { signal: this.stop.signal };
    this.addEventListener("keydown", (event) => this.key(event), options);
    this.addEventListener("wheel", (event) => this.wheel(event), { ...options, passive: false });
    this.addEventListener("pointerdown", (event) => this.drag(event), options);
    this.addEventListener("dblclick", (event) => this.to(this.zoom ? 0 : 1, event), options);
    for (const button of this.parentElement?.querySelectorAll<HTMLElement>("[data-zoom]") ?? []) {
      button.addEventListener("click", () => this.press(button.dataset.zoom ?? ""), options);
    }
    this.picture.addEventListener("load", () => this.draw(), options);
  }

  disconnectedCallback(): void {
    this.stop.abort();
  }

  private press(what: string): void {
    const now = this.zoom || this.fitting;
    const steps: Record<string, number> = { in: now * STEP, out: now / STEP, fit: 0, full: 1 };
    this.to(steps[what] ?? 0);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const zooms: Record<string, string> = { "+": "in", "=": "in", "-": "out", "0": "fit", "1": "full" };
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [PAN, 0],
      ArrowRight: [-PAN, 0],
      ArrowUp: [0, PAN],
      ArrowDown: [0, -PAN],
    };
    const move = this.zoom ? moves[event.key] : undefined;
    if (zooms[event.key]) {
      this.press(zooms[event.key] ?? "");
    } else if (move) {
      this.move(...move);
    } else {
      return;
    }
    event.preventDefault();
  }

  private wheel(event: WheelEvent): void {
    if (event.ctrlKey || document.activeElement === this) {
      event.preventDefault();
      this.to((this.zoom || this.fitting) * STEP ** (event.deltaY < 0 ? 1 : -1), event);
    }
  }

  private drag(event: PointerEvent): void {
    if (!this.zoom || event.button !== 0) {
      return;
    }
    this.setPointerCapture(event.pointerId);
    const moving = new AbortController();
    const signal = AbortSignal.any([moving.signal, this.stop.signal]);
    this.addEventListener("pointermove", (moved) => this.move(moved.movementX, moved.movementY), { signal });
    for (const end of ["pointerup", "pointercancel"]) {
      this.addEventListener(end, () => moving.abort(), { signal });
    }
  }

  private move(x: number, y: number): void {
    this.x += x;
    this.y += y;
    this.draw();
  }

  private to(wanted: number, at?: MouseEvent): void {
    const before = this.zoom || this.fitting;
    const next = Math.min(wanted, Math.max(4, this.fitting));
    const box = this.getBoundingClientRect();
    if (!this.zoom) {
      this.x = (box.width - this.width * before) / 2;
      this.y = (box.height - this.height * before) / 2;
    }
    this.x = aim(this.x, at ? at.clientX - box.left : box.width / 2, next / before);
    this.y = aim(this.y, at ? at.clientY - box.top : box.height / 2, next / before);
    this.zoom = next <= this.fitting ? 0 : next;
    this.draw();
    if (this.zoom * this.width > this.picture.naturalWidth * 1.05) {
      void this.sharpen();
    }
  }

  private draw(): void {
    const { style } = this.picture;
    this.classList.toggle("zoomed", this.zoom > 0);
    if (this.zoom) {
      this.x = settle(this.x, this.width * this.zoom, this.clientWidth);
      this.y = settle(this.y, this.height * this.zoom, this.clientHeight);
      style.setProperty("width", `${this.width}px`);
      style.setProperty("height", `${this.height}px`);
      style.setProperty("transform", `translate(${this.x}px, ${this.y}px) scale(${this.zoom})`);
    } else {
      style.removeProperty("width");
      style.removeProperty("height");
      style.removeProperty("transform");
    }
    this.say();
  }

  private say(note = ""): void {
    const level = this.parentElement?.querySelector(".zoom-level");
    if (level) {
      level.textContent = (this.zoom ? `${Math.round(this.zoom * 100)} %` : "Fit") + note;
    }
  }

  // More pixels than the preview has: have the picture made in its own size, once, and take it when it is there.
  private async sharpen(): Promise<void> {
    const address = this.dataset.full;
    if (this.asked || !address) {
      return;
    }
    this.asked = true;
    const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
    let answer = await fetch(address, { method: "POST", headers });
    for (let turn = 0; turn < PATIENCE && answer.ok && !this.stop.signal.aborted; turn += 1) {
      const full = (await answer.json()) as FullSize;
      if (full.url) {
        this.picture.src = full.url;
        return;
      }
      if (full.is_failed) {
        break;
      }
      this.say(", sharper soon");
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      answer = await fetch(address);
    }
    this.say(", as sharp as it gets");
  }
}

customElements.define("zoom-stage", ZoomStage);
