// What a rich text may hold: the tags that the server takes (pim/checks/texts.py), each in one spelling. Of anything else
// that is pasted, or typed as source, the text stays.
import {
  type DOMOutputSpec,
  DOMParser as Reader,
  DOMSerializer as Writer,
  type MarkSpec,
  type Node,
  type ParseRule,
  Schema,
} from "prosemirror-model";

const ADDRESS = /^(https?:\/\/|mailto:)./;
const BOLD = /font-weight:\s*(bold|[6-9]00)/i;
const NOT_BOLD = /font-weight:\s*(normal|400)/i;
const ITALIC = /font-style:\s*italic/i;

const mark = (tag: string, ...also: ParseRule[]): MarkSpec => ({
  parseDOM: [{ tag }, ...also],
  toDOM: (): DOMOutputSpec => [tag, 0],
});

const style = (found: HTMLElement): string => found.dataset.style ?? "";

const styled = (wanted: RegExp): ParseRule => ({
  tag: "span[data-style]",
  consuming: false,
  getAttrs: (found) => wanted.test(style(found)) && null,
});

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: { group: "block", content: "inline*", parseDOM: [{ tag: "p" }], toDOM: () => ["p", 0] },
    heading: {
      group: "block",
      content: "inline*",
      defining: true,
      attrs: { level: {} },
      parseDOM: [2, 1, 2, 3, 4, 4, 4].map((level, at) => ({ tag: `h${at}`, attrs: { level: Math.max(level, 2) } })),
      toDOM: (heading) => [`h${heading.attrs.level}`, 0],
    },
    bullets: { group: "block", content: "list_item+", parseDOM: [{ tag: "ul" }], toDOM: () => ["ul", 0] },
    numbers: { group: "block", content: "list_item+", parseDOM: [{ tag: "ol" }], toDOM: () => ["ol", 0] },
    list_item: { content: "paragraph block*", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
    text: { group: "inline" },
    line_break: { group: "inline", inline: true, selectable: false, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
  },
  marks: {
    link: {
      inclusive: false,
      attrs: { href: {} },
      parseDOM: [{ tag: "a[href]", getAttrs: (found) => linked(found.getAttribute("href") ?? "") }],
      toDOM: (link) => ["a", { href: link.attrs.href }, 0],
    },
    // Word processors say bold by a style, and put <b style="font-weight: normal"> around all that is copied.
    strong: mark("strong", { tag: "b", getAttrs: (found) => !NOT_BOLD.test(style(found)) && null }, styled(BOLD)),
    em: mark("em", { tag: "i" }, styled(ITALIC)),
    u: mark("u"),
    sub: mark("sub"),
    sup: mark("sup"),
  },
});

const reader = Reader.fromSchema(schema);
const writer = Writer.fromSchema(schema);

function linked(href: string): { href: string } | false {
  return ADDRESS.test(href) && { href };
}

/** What somebody typed as an address, in full; empty where no link may lead there. */
export function address(typed: string): string {
  const word = typed.trim();
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(word) ? word : `${/^[^/]+@/.test(word) ? "mailto:" : "https://"}${word}`;
  return ADDRESS.test(whole) ? whole : "";
}

/** The policy forbids styles and handlers even where nothing is shown or run, and tells the console so: they get other names. */
export function inert(html: string): string {
  const unstyled = html.replace(/<style[\s\S]*?<\/style>/gi, "");
  return unstyled.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/([\s/"'])(style|on\w+)(?=\s*=)/gi, "$1data-$2"));
}

export function read(html: string): Node {
  const holder = document.implementation.createHTMLDocument().createElement("div"); // it fetches no picture
  holder.innerHTML = inert(html);
  return reader.parse(holder);
}

/** An item that is one paragraph is written without its <p>; what is empty and has no mark of its own is left out. */
export function write(doc: Node): string {
  const holder = document.createElement("div");
  holder.append(writer.serializeFragment(doc.content));
  for (const line of holder.querySelectorAll("li > p:first-child")) {
    if (!line.parentElement!.querySelector(":scope > p ~ p")) {
      line.replaceWith(...line.childNodes);
    }
  }
  for (const empty of holder.querySelectorAll(":is(p, h2, h3, h4):empty")) {
    empty.remove();
  }
  return holder.innerHTML;
}
