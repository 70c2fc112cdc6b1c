/** Responses are called A, B, C … in the order shown. The letter is all that a rater learns of them. */
export function letter(index: number): string {
  return String.fromCharCode(65 + index);
}

/** "A", "A and B", "A, B and C". */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}
