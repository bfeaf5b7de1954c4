// Islands are custom elements, one a file in `islands/`, named by their tag. Each is fetched when its tag
// first appears, at the start or in a fragment that htmx brings; from then on the browser starts them itself.

const FOUND = import.meta.glob<unknown>("./islands/*.ts");
const asked = new Set<string>();

function load(root: ParentNode): void {
  for (const element of root.querySelectorAll(":not(:defined)")) {
    const tag = element.localName;
    const fetch = FOUND[`./islands/${tag}.ts`];
    if (fetch && !asked.has(tag)) {
      asked.add(tag);
      void fetch();
    }
  }
}

export function watchIslands(): void {
  load(document);
  document.addEventListener("htmx:load", (event) => load((event.target as Element).parentElement ?? document));
}
