let waiting: string | null = null;

/** Says something in the strip of the home as soon as that is shown. */
export function say(text: string): void {
  waiting = text;
}

/** What is to be said; once. */
export function takeSaid(): { text: string; bad: boolean } | null {
  const text = waiting;
  waiting = null;
  return text === null ? null : { text, bad: false };
}
