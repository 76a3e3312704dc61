let begin: () => Promise<void> = async () => undefined;

/** Who begins the session anew when the data have become others. */
export function onRestart(how: () => Promise<void>): void {
  begin = how;
}

/** Everything that the window knows of the data is asked anew. */
export function restart(): Promise<void> {
  return begin();
}
