/** 812 KB, 1.2 MB: as people speak of sizes. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} 字节`;
  if (count < 1_000_000) return `${Math.round(count / 1_000)} KB`;
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(1)} MB`;
  return `${(count / 1_000_000_000).toFixed(1)} GB`;
}
