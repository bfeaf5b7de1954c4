// Files out of a chooser or a drop, folders walked through, each with its path.
import { isJunk } from "./queue.ts";

export interface Chosen {
  path: string;
  file: File;
}

export function fromInput(input: HTMLInputElement): Chosen[] {
  const found = [...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  input.value = "";
  return found.filter(({ path }) => !isJunk(path));
}

// The list of a drop is empty after the event, so its entries are taken before anything is waited for.
export async function fromDrop(transfer: DataTransfer): Promise<Chosen[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const plain = [...transfer.files].map((file) => ({ path: file.name, file }));
  const found = entries.some(Boolean) ? (await Promise.all(entries.map(walk))).flat() : plain;
  return found.filter(({ path }) => !isJunk(path));
}

async function walk(entry: FileSystemEntry | null): Promise<Chosen[]> {
  if (entry?.isFile) {
    const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  if (!entry?.isDirectory) {
    return [];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Chosen[] = [];
  for (;;) {
    // a browser hands out a hundred at a time
    const batch = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (!batch.length) {
      return found;
    }
    for (const one of batch) {
      found.push(...(await walk(one)));
    }
  }
}
