/** Files that a card consists of: README.md for people and the Hugging Face hub, and what Croissant readers take. */
export const cardFiles: readonly string[] = ['README.md', 'croissant.json'];
