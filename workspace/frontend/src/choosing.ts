// Words that are chosen from a list or typed, as one text with commas.

export interface Choice {
  value: string;
  label: string;
}

const MOST = 8;

export function words(text: string): string[] {
  return [...new Set(text.split(",").map((word) => word.trim()).filter(Boolean))];
}

/** Choices that hold what was typed, those that begin with it first; chosen ones are left out. */
export function matches(choices: Choice[], typed: string, chosen: string[]): Choice[] {
  const wanted = typed.trim().toLowerCase();
  const rank = ({ value, label }: Choice) => {
    const texts = [value.toLowerCase(), label.toLowerCase()];
    if (texts.includes(wanted)) {
      return 0;
    }
    return texts.some((text) => text.startsWith(wanted)) ? 1 : texts.some((text) => text.includes(wanted)) ? 2 : 3;
  };
  const found = choices.filter((choice) => !chosen.includes(choice.value) && rank(choice) < 3);
  return found.sort((one, other) => rank(one) - rank(other)).slice(0, MOST);
}
