// One ingest from the tray's side: opened with the first file, described, finished, followed to its end.
import { all, call, type KnownFile, type KnownIngest, type KnownUpload, Refusal } from "./server.ts";

const TUS = { "Tus-Resumable": "1.0.0" };
const SECOND = 1000;

export interface Facts {
  licence?: string | null;
  markets: string[];
  keywords: string[];
}

export class Delivery {
  uid: string;
  private readonly ingests: string;
  private readonly uploads: string;
  private opening: Promise<string> | null = null;

  constructor(ingests: string, uploads: string, uid = "") {
    [this.ingests, this.uploads, this.uid] = [ingests, uploads, uid];
  }

  get isOpen(): boolean {
    return this.uid !== "" || this.opening !== null;
  }

  // Once, however many files ask for it at the same time; a failure may be tried again.
  open(facts: Facts): Promise<string> {
    if (this.uid) {
      return Promise.resolve(this.uid);
    }
    this.opening ??= call<KnownIngest>("POST", this.ingests, facts)
      .then(({ uid }) => {
        this.uid = uid;
        return uid;
      })
      .finally(() => {
        this.opening = null;
      });
    return this.opening;
  }

  async describe(facts: Facts): Promise<void> {
    await call("PATCH", `${this.ingests}/${await this.open(facts)}`, facts);
  }

  known(): Promise<KnownUpload[]> {
    return all<KnownUpload>(`${this.uploads}?ingest=${this.uid}&limit=200`);
  }

  drop(url: string): Promise<void> {
    return call("DELETE", url, undefined, TUS);
  }

  // A pause or an end at the very moment of a beginning leaves an upload that nobody goes on with: `isIdle`
  // knows them by their fingerprint, and they are given up. Others, of another window, are in the way.
  async finish(withoutUnfinished: boolean, isIdle: (fingerprint: string) => boolean): Promise<void> {
    const address = `${this.ingests}/${this.uid}/finish`;
    try {
      await call("POST", address, { without_unfinished: withoutUnfinished });
    } catch (error) {
      if (!(error instanceof Refusal && error.status === 409)) {
        throw error;
      }
      const late = (await this.known()).filter(({ state }) => state === "receiving");
      if (!late.length || !late.every((one) => isIdle(one.fingerprint))) {
        throw error;
      }
      await Promise.all(late.map(({ url }) => this.drop(url)));
      await call("POST", address, {});
    }
  }

  // The files of an ingest that is over, by the upload that brought each.
  async results(onProgress: (done: number, total: number) => void): Promise<Map<string | null, KnownFile>> {
    const address = `${this.ingests}/${this.uid}`;
    for (;;) {
      const { state, done, total } = await call<KnownIngest>("GET", address);
      if (state !== "queued" && state !== "running") {
        break;
      }
      onProgress(done ?? 0, total ?? 0);
      await new Promise((next) => setTimeout(next, SECOND));
    }
    const files = await all<KnownFile>(`${address}/files?limit=200`);
    return new Map(files.map((file) => [file.upload, file]));
  }
}
