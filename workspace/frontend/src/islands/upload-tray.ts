// <upload-tray>: files go up while licence, markets and keywords are filled in, then one ingest takes them in.
// The server draws it (parts/upload_tray.html) and knows what is on its way, so a reload loses nothing: the same
// file chosen again goes on from the server's offset, and one that is up is not sent again.
import { words as listed } from "../choosing.ts";
import { htmx } from "../htmx.ts";
import { Delivery, type Facts } from "../uploads/delivery.ts";
import { type Chosen, fromDrop, fromInput } from "../uploads/dropped.ts";
import { bytes, files, fingerprint, type Item, outcomes, sum, words } from "../uploads/queue.ts";
import { makeRow, NOBODY, paintRow } from "../uploads/rows.ts";
import { Sending } from "../uploads/sending.ts";
import { Refusal } from "../uploads/server.ts";

// filling: files come and go; taking: the ingest runs; over: each file has its outcome.
type Phase = "filling" | "taking" | "over";

class UploadTray extends HTMLElement {
  private items = new Map<string, Item>();
  private rows = new Map<Item, HTMLElement>();
  private taken = new Set<string>();
  private phase: Phase = "filling";
  private delivery!: Delivery;
  private sending!: Sending;
  private describing: Promise<unknown> = Promise.resolve();
  // By itself when all are up, unless somebody is still filling in what holds for them.
  private startsAlone = true;
  private isShown = false;
  private painting = 0;
  private listening = new AbortController();

  connectedCallback(): void {
    const { uploads = "", ingest = "" } = this.dataset;
    this.delivery = this.newDelivery(ingest);
    this.sending = new Sending(uploads, {
      ingest: () => this.delivery.open(this.facts()),
      progressed: () => {
        this.painting ||= requestAnimationFrame(() => this.paint());
      },
      settled: (item) => this.settled(item),
    });
    this.listen();
    if (ingest) {
      void this.recall();
    }
    if (location.hash === "#upload") {
      this.open();
    }
    this.dataset.ready = "";
  }

  disconnectedCallback(): void {
    this.listening.abort();
    this.listening = new AbortController();
    this.sending.stopAll();
  }

  private listen(): void {
    const { signal } = this.listening;
    document.addEventListener("click", (event) => this.press(event.target as Element), { signal });
    for (const name of ["files", "folder"]) {
      const input = this.at<HTMLInputElement>(name);
      input.addEventListener("change", () => this.add(fromInput(input)), { signal });
    }
    const facts = this.at("facts");
    facts.addEventListener("focusin", () => this.holdOn(), { signal });
    facts.addEventListener("change", () => this.describe(), { signal });
    facts.addEventListener("submit", (event) => event.preventDefault(), { signal });
    addEventListener("dragover", (event) => this.drag(event, true), { signal });
    addEventListener("dragleave", (event) => event.relatedTarget || this.drag(event, false), { signal });
    addEventListener("drop", (event) => this.drop(event), { signal });
    addEventListener("online", () => this.goOn("failed"), { signal });
    addEventListener("beforeunload", (event) => sum(this.items.values()).busy && event.preventDefault(), { signal });
  }

  private newDelivery(uid = ""): Delivery {
    return new Delivery(this.dataset.ingests ?? "", this.dataset.uploads ?? "", uid);
  }

  private at<T extends HTMLElement>(name: string): T {
    return this.querySelector<T>(`[data-part="${name}"]`) as T;
  }

  private tool(name: string): HTMLButtonElement {
    return this.querySelector<HTMLButtonElement>(`[data-do="${name}"]`) as HTMLButtonElement;
  }

  private say(text: string): void {
    this.at("said").textContent = text;
  }

  private tell(error: unknown): void {
    const text = error instanceof Refusal ? error.message : words(0);
    this.at("word").textContent = text;
    this.say(text);
  }

  private press(target: Element): void {
    if (target.closest("[data-upload]")) {
      this.open();
      this.tool("files").focus();
      return;
    }
    const name = this.contains(target) && target.closest<HTMLElement>("[data-do]")?.dataset.do;
    const deeds: Record<string, () => void> = {
      files: () => this.at("files").click(),
      folder: () => this.at("folder").click(),
      "pause-all": () => this.pauseAll(),
      "resume-all": () => this.resumeAll(),
      fold: () => this.fold(!this.at("body").hidden),
      close: () => this.close(),
      "take-in": () => void this.takeIn(),
      show: () => this.showNew(),
    };
    if (name) {
      deeds[name]?.();
    }
  }

  private open(): void {
    this.at("tray").hidden = false;
    this.fold(false);
    this.paint();
  }

  private fold(folded: boolean): void {
    this.at("body").hidden = folded;
    this.tool("fold").setAttribute("aria-expanded", String(!folded));
    this.tool("fold").setAttribute("aria-label", folded ? "Unfold the tray" : "Fold the tray");
  }

  // What is on its way goes on behind; Upload opens the tray again.
  private close(): void {
    this.at("tray").hidden = true;
    if (this.phase === "over") {
      this.startAfresh();
    }
    document.querySelector<HTMLElement>("[data-upload]")?.focus();
  }

  private startAfresh(): void {
    for (const one of [this.items, this.rows, this.taken]) {
      one.clear();
    }
    this.at("list").replaceChildren();
    this.delivery = this.newDelivery();
    this.describing = Promise.resolve();
    [this.phase, this.startsAlone, this.isShown] = ["filling", true, false];
    this.at<HTMLFormElement>("facts").reset();
  }

  // ---- files come ---------------------------------------------------------------------------------------------

  private drag(event: DragEvent, over: boolean): void {
    if (event.dataTransfer?.types.includes("Files")) {
      event.preventDefault();
      this.at("veil").hidden = !over;
    }
  }

  private drop(event: DragEvent): void {
    this.drag(event, false);
    if (event.dataTransfer?.types.includes("Files")) {
      void fromDrop(event.dataTransfer).then((chosen) => this.add(chosen));
    }
  }

  private add(chosen: Chosen[]): void {
    if (!chosen.length) {
      return;
    }
    if (this.phase === "taking") {
      this.say("The files before are being taken in. Add more when that is done.");
      return;
    }
    if (this.phase === "over") {
      this.startAfresh();
    }
    this.open();
    const known = chosen.filter(({ path, file }) => !this.addOne(path, file)).length;
    this.say(`${files(chosen.length)} added${known ? `, ${known} of them here already` : ""}`);
    this.pump();
  }

  // False when the server has it already, or it stands in the list.
  private addOne(path: string, file: File): boolean {
    const key = fingerprint(path, file);
    const known = this.items.get(key);
    if (known?.state === "missing") {
      [known.file, known.state, known.note] = [file, "waiting", ""];
      return true;
    }
    if (known) {
      return false;
    }
    const item = this.put({ path, size: file.size, fingerprint: key, file });
    const largest = Number(this.dataset.largest);
    if (file.size > largest) {
      [item.state, item.note] = ["refused", `Larger than ${bytes(largest)}: it is not sent.`];
    }
    return true;
  }

  private put(some: Pick<Item, "path" | "size" | "fingerprint" | "file">): Item {
    const item: Item = { state: "waiting", sent: 0, note: "", url: "", outcome: null, ...some };
    const deeds = { pause: () => this.pause(item), resume: () => this.resume(item), cancel: () => this.cancel(item) };
    const row = makeRow(this.at<HTMLTemplateElement>("row"), item, deeds);
    this.items.set(item.fingerprint, item);
    this.rows.set(item, row);
    this.at("list").append(row);
    return item;
  }

  // What an earlier visit has left: files that are up, and files to choose again.
  private async recall(): Promise<void> {
    for (const one of await this.delivery.known()) {
      const key = one.fingerprint || one.uid;
      if (one.state === "expired" || this.items.has(key)) {
        continue;
      }
      const item = this.put({ path: one.path, size: one.length, fingerprint: key, file: null });
      [item.url, item.sent, item.state] = [one.url, one.offset, one.state === "received" ? "up" : "missing"];
      item.note = item.state === "missing" ? `Choose this file again: ${bytes(one.offset)} of it are here.` : "";
    }
    if (this.items.size) {
      this.startsAlone = false;
      this.open();
      this.say(`An upload is unfinished: ${this.headline()}`);
    }
  }

  // ---- bytes go -----------------------------------------------------------------------------------------------

  private pump(): void {
    this.sending.startDue(this.items.values());
    this.paint();
    const { busy, stopped, up } = sum(this.items.values());
    if (up && !busy && !stopped && this.phase === "filling") {
      this.say(`${files(up)} up.`);
      if (this.startsAlone) {
        void this.takeIn();
      }
    }
  }

  private settled(item: Item): void {
    if (item.note) {
      this.say(`${item.path}: ${item.note}`);
    }
    this.pump();
  }

  private button(item: Item, name: string): HTMLElement | null | undefined {
    return this.rows.get(item)?.querySelector<HTMLElement>(`[data-row=${name}]`);
  }

  private pause(item: Item): void {
    this.sending.stop(item);
    item.state = "paused";
    this.pump();
    this.button(item, "resume")?.focus();
  }

  private resume(item: Item): void {
    [item.state, item.note] = ["waiting", ""];
    this.pump();
    this.button(item, "pause")?.focus();
  }

  private pauseAll(): void {
    for (const item of this.items.values()) {
      if (item.state === "sending" || item.state === "waiting") {
        this.sending.stop(item);
        item.state = "paused";
      }
    }
    this.say("All uploads are paused.");
    this.pump();
    this.tool("resume-all").focus();
  }

  private resumeAll(): void {
    this.goOn("paused", "failed");
    this.tool("pause-all").focus();
  }

  private goOn(...from: Item["state"][]): void {
    for (const item of this.items.values()) {
      if (from.includes(item.state)) {
        [item.state, item.note] = ["waiting", ""];
      }
    }
    this.pump();
  }

  private cancel(item: Item): void {
    const row = this.rows.get(item);
    const beside = row?.nextElementSibling ?? row?.previousElementSibling;
    this.sending.stop(item);
    if (item.url) {
      void this.delivery.drop(item.url).catch(() => undefined);
    }
    row?.remove();
    this.rows.delete(item);
    this.items.delete(item.fingerprint);
    this.taken.add(item.fingerprint);
    this.say(`${item.path} is taken out.`);
    (beside?.querySelector<HTMLElement>("[data-row=cancel]") ?? this.tool("files")).focus();
    this.pump();
  }

  // ---- what holds for all of them, and their end ----------------------------------------------------------------

  private facts(): Facts {
    const form = new FormData(this.at<HTMLFormElement>("facts"));
    const licence = form.has("licence") ? { licence: (form.get("licence") as string) || null } : {};
    const keywords = listed(form.get("keywords") as string);
    return { ...licence, markets: form.getAll("markets") as string[], keywords };
  }

  private holdOn(): void {
    if (this.phase === "filling" && this.startsAlone) {
      this.startsAlone = false;
      this.paint();
    }
  }

  private describe(): void {
    this.holdOn();
    if (!this.delivery.isOpen) {
      return; // it is opened with them
    }
    const send = () => this.delivery.describe(this.facts());
    this.describing = this.describing.then(send, send); // one after the other: the last word stays
    this.describing.then(
      () => this.say("What holds for all files is saved."),
      (error: unknown) => this.tell(error),
    );
  }

  private async takeIn(): Promise<void> {
    const { busy, stopped } = sum(this.items.values());
    if (busy) {
      this.startsAlone = true;
      this.paint();
      this.say("They are taken in as soon as all are up.");
      return;
    }
    this.phase = "taking";
    this.at("word").textContent = "";
    this.paint();
    try {
      // The press that takes them in may be what left the keywords; what failed is said again.
      await this.describing.catch(() => this.delivery.describe(this.facts()));
      const isUp = (key: string) => this.items.get(key)?.state === "up" || this.taken.has(key);
      await this.delivery.finish(stopped > 0, isUp);
      this.giveUpStopped();
    } catch (error) {
      [this.phase, this.startsAlone] = ["filling", false];
      this.paint();
      this.tell(error);
      return;
    }
    await this.follow().catch((error: unknown) => this.tell(error));
  }

  private giveUpStopped(): void {
    for (const item of this.items.values()) {
      if (item.state !== "up" && item.state !== "refused") {
        [item.state, item.note] = ["refused", "Given up"];
      }
    }
    this.paint();
  }

  private async follow(): Promise<void> {
    const bar = this.at<HTMLProgressElement>("total");
    const found = await this.delivery.results((done, total) => {
      this.at("word").textContent = `Looking at each file: ${done} of ${total}`;
      [bar.max, bar.value] = [total || 1, done];
    });
    for (const item of this.items.values()) {
      item.outcome = found.get(item.url.split("/").at(-1) ?? "") ?? null;
    }
    this.phase = "over";
    this.paint();
    this.say(`Done: ${outcomes(this.items.values())}.`);
  }

  private showNew(): void {
    this.isShown = true;
    this.paint();
    const address = `${location.pathname}${location.search}`;
    void htmx.ajax("get", address, { target: "#results", swap: "outerHTML" });
    this.at("results").focus();
  }

  // ---- looks --------------------------------------------------------------------------------------------------

  private headline(): string {
    const { files: number, up } = sum(this.items.values());
    if (!this.items.size) {
      return "Upload";
    }
    if (this.phase === "over") {
      return outcomes(this.items.values());
    }
    return up === number ? `${files(up)} up` : `${up} of ${files(number)} up`;
  }

  private paint(): void {
    cancelAnimationFrame(this.painting);
    this.painting = 0;
    const filling = this.phase === "filling";
    for (const [item, row] of this.rows) {
      paintRow(row, item, filling, this.dataset.asset ?? "");
    }
    const total = sum(this.items.values());
    this.at("title").textContent = this.headline();
    const bar = this.at<HTMLProgressElement>("total");
    bar.hidden = !total.files || this.phase === "over";
    if (filling) {
      [bar.max, bar.value] = [total.size || 1, total.size ? total.sent : 1];
    }
    this.at("sum").hidden = !filling || !total.files;
    this.at("sum").textContent = `${bytes(total.sent)} of ${bytes(total.size)}`;
    this.at("choose").hidden = !filling;
    this.at("facts").hidden = !filling;
    const idle = [...this.items.values()].some(({ state }) => state === "paused" || state === "failed");
    this.tool("pause-all").hidden = !filling || !total.busy;
    this.tool("resume-all").hidden = !filling || total.busy > 0 || !idle;
    this.paintFoot(filling, total.up, total.busy, total.stopped);
  }

  private paintFoot(filling: boolean, up: number, busy: number, stopped: number): void {
    const take = this.tool("take-in");
    take.hidden = !filling || !(busy ? !this.startsAlone : up);
    take.textContent = busy ? "Take in when all are up" : `Take in ${files(up)}${stopped ? `, give up ${stopped}` : ""}`;
    const fresh = [...this.items.values()].filter(({ outcome }) => outcome?.state === "ingested").length;
    const show = this.tool("show");
    show.hidden = this.phase !== "over" || !fresh || this.isShown;
    show.textContent = `Show ${fresh} new asset${fresh === 1 ? "" : "s"}`;
    const results = this.at<HTMLAnchorElement>("results");
    results.hidden = filling;
    results.href = (this.dataset.page ?? "").replace(NOBODY, this.delivery.uid);
    this.at("earlier").hidden = this.items.size > 0;
    if (this.phase === "taking") {
      this.at("word").textContent ||= "Taking them in";
    } else {
      const alone = busy && this.startsAlone ? "Taken in as soon as all are up." : "";
      const rest = !busy && stopped ? "Resume the files that stopped, or choose them again." : alone;
      this.at("word").textContent = filling && this.items.size ? rest : "";
    }
  }
}

customElements.define("upload-tray", UploadTray);
