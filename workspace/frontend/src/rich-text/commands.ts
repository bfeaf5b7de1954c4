// What the tools and keys of a rich text do, by the names that its buttons have (data-does), and whether it holds at the cursor.
import { baseKeymap, chainCommands, setBlockType, toggleMark } from "prosemirror-commands";
import { redo, undo } from "prosemirror-history";
import type { MarkType, NodeType } from "prosemirror-model";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import type { Command, EditorState } from "prosemirror-state";
import { schema } from "./markup.ts";

const { paragraph, heading, bullets, numbers, list_item, line_break } = schema.nodes;
const { strong, em, u, sub, sup, link } = schema.marks;

interface Tool {
  command: Command;
  holds(state: EditorState): boolean;
}

function marks(mark: MarkType): Tool {
  return {
    command: toggleMark(mark),
    holds({ selection, storedMarks, doc }) {
      const { from, to, empty, $from } = selection;
      return empty ? !!mark.isInSet(storedMarks ?? $from.marks()) : doc.rangeHasMark(from, to, mark);
    },
  };
}

function heads(level: number): Tool {
  const holds = ({ selection: { $from } }: EditorState) => $from.parent.hasMarkup(heading, { level });
  return {
    holds,
    command: (state, dispatch) => (holds(state) ? setBlockType(paragraph) : setBlockType(heading, { level }))(state, dispatch),
  };
}

/** The innermost list around the cursor, and where it begins. */
function listAround({ selection: { $from } }: EditorState): { type: NodeType; at: number } | null {
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const { type } = $from.node(depth);
    if (type === bullets || type === numbers) {
      return { type, at: $from.before(depth) };
    }
  }
  return null;
}

/** Begins a list, ends one, or makes one of the other kind. */
function lists(kind: NodeType): Tool {
  return {
    holds: (state) => listAround(state)?.type === kind,
    command(state, dispatch) {
      const found = listAround(state);
      if (!found) {
        return wrapInList(kind)(state, dispatch);
      }
      if (found.type === kind) {
        return liftListItem(list_item)(state, dispatch);
      }
      dispatch?.(state.tr.setNodeMarkup(found.at, kind));
      return true;
    },
  };
}

const named = {
  strong: marks(strong),
  em: marks(em),
  h2: heads(2),
  h3: heads(3),
  h4: heads(4),
  ul: lists(bullets),
  ol: lists(numbers),
};

export const tools: Record<string, Tool | undefined> = named;

export const keys: Record<string, Command> = {
  ...baseKeymap,
  Enter: chainCommands(splitListItem(list_item), baseKeymap.Enter!),
  "Shift-Enter": (state, dispatch) => {
    dispatch?.(state.tr.replaceSelectionWith(line_break.create()).scrollIntoView());
    return true;
  },
  "Mod-z": undo,
  "Mod-Shift-z": redo,
  "Mod-y": redo,
  "Mod-b": toggleMark(strong),
  "Mod-i": toggleMark(em),
  "Mod-u": toggleMark(u),
  "Mod-,": toggleMark(sub),
  "Mod-.": toggleMark(sup),
  "Mod-Alt-0": setBlockType(paragraph),
  "Mod-Alt-2": named.h2.command,
  "Mod-Alt-3": named.h3.command,
  "Mod-Alt-4": named.h4.command,
  "Mod-Shift-7": named.ol.command,
  "Mod-Shift-8": named.ul.command,
  "Mod-]": sinkListItem(list_item),
  "Mod-[": liftListItem(list_item),
};

interface Link {
  href: string;
  from: number;
  to: number;
}

/** The link at the cursor, with all that it spans. */
export function linkAt({ selection: { $from } }: EditorState): Link | undefined {
  const links: Link[] = [];
  $from.parent.forEach((node, offset) => {
    const href: string | undefined = link.isInSet(node.marks)?.attrs.href;
    const from = $from.start() + offset;
    const last = links.at(-1);
    if (last?.to === from && last.href === href) {
      last.to += node.nodeSize;
    } else if (href !== undefined) {
      links.push({ href, from, to: from + node.nodeSize });
    }
  });
  return links.find(({ from, to }) => from <= $from.pos && $from.pos <= to);
}

/** Links what is selected, else the link at the cursor, else writes the address itself. An empty address ends a link. */
export function setLink(href: string): Command {
  return (state, dispatch) => {
    const { selection, tr } = state;
    const span = selection.empty ? linkAt(state) : selection;
    const to = href ? [link.create({ href })] : [];
    if (span) {
      tr.removeMark(span.from, span.to, link);
      to.forEach((mark) => tr.addMark(span.from, span.to, mark));
    } else if (href) {
      tr.replaceSelectionWith(schema.text(href, to), false);
    }
    dispatch?.(tr.scrollIntoView());
    return true;
  };
}
