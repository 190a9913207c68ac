/** A text in pieces, those that were typed marked: accents and case aside. */
export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/** One letter for one letter, so that positions stay. */
const folded = (text: string): string => [...text].map((letter) => letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()[0] ?? letter).join("");

export function highlight(text: string, typed: string): Piece[] {
  const letters = [...text];
  const plain = folded(text);
  const marked = letters.map(() => false);
  for (const word of folded(typed).split(/\s+/).filter((each) => each !== "")) {
    for (let at = plain.indexOf(word); at >= 0; at = plain.indexOf(word, at + word.length)) marked.fill(true, at, at + word.length);
  }
  const pieces: { text: string; marked: boolean }[] = [];
  letters.forEach((letter, index) => {
    const before = pieces.at(-1);
    if (before && before.marked === marked[index]) before.text += letter;
    else pieces.push({ text: letter, marked: marked[index] ?? false });
  });
  return pieces;
}
