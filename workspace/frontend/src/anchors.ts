// Links to a field of a form: <a href="?…&field=name#value-name" data-field="value-name">. A field that is on the page gets
// the focus without a new page; one in a group that was not opened yet comes with the page of the link.

function goTo(id: string): boolean {
  const found = document.getElementById(id);
  if (!found) {
    return false;
  }
  const group = found.closest("details") ?? found;
  if (group instanceof HTMLDetailsElement) {
    group.open = true;
  }
  found.scrollIntoView({ block: found instanceof HTMLDetailsElement ? "start" : "center" });
  const target = found.querySelector<HTMLElement>("[data-control], summary") ?? found;
  target.focus({ preventScroll: true });
  return true;
}

document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-field], a[data-group]");
  const held = event.ctrlKey || event.metaKey || event.shiftKey;
  if (link && !held && goTo(link.dataset.field ?? link.dataset.group ?? "")) {
    event.preventDefault();
  }
});

// A link from elsewhere names the field alone. Where its group is still closed, the address asks for the field itself.
function arrive(): void {
  const id = decodeURIComponent(location.hash.slice(1));
  if (!id.startsWith("value-") || !document.getElementById("value-groups") || goTo(id)) {
    return;
  }
  const address = new URL(location.href);
  if (!address.searchParams.has("field")) {
    address.searchParams.set("field", id.slice("value-".length));
    location.replace(address);
  }
}

addEventListener("hashchange", arrive);
arrive();
