/** What many parts of a page ask for in one turn is one question. */
type Answers<Answer> = Readonly<Record<string, Answer>>;

export function gathered<Answer>(ask: (wanted: readonly string[]) => Promise<Answers<Answer>>): (name: string) => Promise<Answer | undefined> {
  let open: { readonly wanted: Set<string>; readonly answers: Promise<Answers<Answer>> } | null = null;

  function begin(): NonNullable<typeof open> {
    const wanted = new Set<string>();
    // What a page mounts, it mounts in one turn.
    const turn = new Promise((resolve) => setTimeout(resolve));
    return { wanted, answers: turn.then(() => { open = null; return ask([...wanted].sort()); }) };
  }
  return async (name) => {
    const mine = (open ??= begin());
    mine.wanted.add(name);
    return (await mine.answers)[name];
  };
}
