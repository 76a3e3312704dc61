import type { Backend } from "./backend";
import { archive } from "./memory/archive";
import { backup } from "./memory/backup";
import { control } from "./memory/control";
import { documents } from "./memory/documents";
import { exchange } from "./memory/exchange";
import { homeOf } from "./memory/home";
import { scans } from "./memory/scans";

/**
 * A backend that lives in the page and forgets everything: for component tests, and for looking at the screens in a
 * browser. It stores and returns; whatever the core works out stays as it was in the fixtures.
 */
export function memoryBackend(): Backend {
  const { home, tell } = homeOf();
  const { backend, opened, put } = documents();
  return { ...home, ...backend, ...backup(), ...archive(), ...scans(), ...control({ opened, put, tell }), ...exchange({ opened, put, tell }) };
}
