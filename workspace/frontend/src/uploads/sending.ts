// Files on their way by tus, a few at a time.
import { DetailedError, Upload } from "tus-js-client";
import { due, type Item, words } from "./queue.ts";
import { Refusal, token } from "./server.ts";

const PARALLEL = 3;
const CHUNK = 8 * 1024 * 1024;
const RETRIES = [0, 1000, 3000, 5000, 10_000, 20_000];

interface Watcher {
  // The ingest that files go into, opened when the first one starts.
  ingest: () => Promise<string>;
  progressed: () => void;
  // A file is up, or has stopped for the reason in its note.
  settled: (item: Item) => void;
}

export class Sending {
  private readonly endpoint: string;
  private readonly watcher: Watcher;
  private readonly uploads = new Map<Item, Upload>();

  constructor(endpoint: string, watcher: Watcher) {
    [this.endpoint, this.watcher] = [endpoint, watcher];
  }

  startDue(items: Iterable<Item>): void {
    for (const item of due(items, PARALLEL)) {
      item.state = "sending";
      void this.send(item);
    }
  }

  stop(item: Item): void {
    void this.uploads.get(item)?.abort();
    this.uploads.delete(item);
  }

  stopAll(): void {
    [...this.uploads.keys()].forEach((item) => this.stop(item));
  }

  private async send(item: Item): Promise<void> {
    try {
      const ingest = await this.watcher.ingest();
      if (item.state === "sending" && !this.uploads.has(item)) {
        this.begin(item, ingest);
      }
    } catch (error) {
      this.fail(item, error instanceof Refusal ? error.status : 0);
    }
  }

  // The server knows what it has of each file, so nothing is kept in the browser's storage.
  private begin(item: Item, ingest: string): void {
    const upload = new Upload(item.file as File, {
      endpoint: this.endpoint,
      uploadUrl: item.url || null,
      chunkSize: CHUNK,
      retryDelays: RETRIES,
      storeFingerprintForResuming: false,
      headers: { "X-CSRFToken": token() },
      metadata: { filename: item.path, fingerprint: item.fingerprint, ingest },
      onUploadUrlAvailable: () => {
        item.url = upload.url ?? "";
      },
      onProgress: (sent) => {
        item.sent = sent;
        this.watcher.progressed();
      },
      onSuccess: () => {
        this.uploads.delete(item);
        [item.state, item.sent, item.note] = ["up", item.size, ""];
        this.watcher.settled(item);
      },
      onError: (error) => {
        this.fail(item, error instanceof DetailedError ? (error.originalResponse?.getStatus() ?? 0) : 0);
      },
    });
    this.uploads.set(item, upload);
    upload.start();
  }

  private fail(item: Item, status: number): void {
    this.stop(item);
    [item.state, item.note] = ["failed", words(status)];
    this.watcher.settled(item);
  }
}
