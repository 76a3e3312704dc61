import { computed, reactive, ref, shallowRef } from "vue";

import type { ArchiveLook, ArchiveMade, ArchiveScope, Backend, BackendError, CheckLine, Progress } from "../backend/backend";
import { beforeClosing } from "../closing";
import { asBackendError } from "../problems";
import type { Session } from "../session";
import { asked, contents, count, grouped, remaining, type Taken } from "./check";
import { heard, NOTHING_PACKED, type PackingSoFar } from "./packing";

export type ScopeKind = "year" | "release" | "query";

/** What came of packing, told once. */
export type Outcome = { kind: "made"; made: ArchiveMade } | { kind: "stopped" } | { kind: "failed"; failure: BackendError };

/** What is being archived. It outlives the screen: people go and put something right, and packing goes on meanwhile. */
export class ArchiveWork {
  readonly kind = ref<ScopeKind>("year");
  readonly year = ref<number>(0);
  readonly release = shallowRef<{ id: number; name: string } | null>(null);
  readonly query = ref("");
  readonly look = shallowRef<ArchiveLook | null>(null);
  readonly taken = reactive<Taken>({ exceptions: {}, confirmed: {}, leftOut: {} });
  /** Why there is no check. */
  readonly failure = shallowRef<BackendError | null>(null);
  readonly checking = ref(false);
  /** How far the check is; null before it has opened the first file. */
  readonly checked = shallowRef<Progress | null>(null);
  /** How far packing is; null while nothing is packed. */
  readonly packing = shallowRef<PackingSoFar | null>(null);
  readonly outcome = shallowRef<Outcome | null>(null);
  /** The dossier whose lines are shown: null those of the whole package. */
  readonly chosen = ref<number | null | undefined>(undefined);
  private turn = 0;
  private stopping = false;

  constructor(private readonly backend: Backend, thisYear: number) {
    this.year.value = thisYear;
  }

  readonly groups = computed(() => (this.look.value ? grouped(this.look.value, this.taken) : []));
  readonly group = computed(() => this.groups.value.find(({ release }) => release === this.chosen.value) ?? this.groups.value[0] ?? null);
  readonly blocking = computed(() => this.groups.value.reduce((sum, { lines, leftOut }) => sum + (leftOut === null ? count(lines, "blocking") : 0), 0));
  /** How much is archived, without what is left out. */
  readonly contents = computed(() => (this.look.value ? contents(this.look.value, this.taken) : null));
  /** Dossiers that are not archived this time. */
  readonly leftOut = computed(() => this.groups.value.filter(({ leftOut }) => leftOut !== null).length);

  /** What is asked for; null where a choice is still to be made. */
  scope(): ArchiveScope | null {
    switch (this.kind.value) {
      case "year": return { year: this.year.value };
      case "release": return this.release.value && { release: `R${String(this.release.value.id).padStart(4, "0")}` };
      case "query": return this.query.value.trim() === "" ? null : { query: this.query.value.trim() };
    }
  }

  /** Something else is to be archived: what came of the last package is told no longer. */
  async begin(): Promise<void> {
    if (!this.packing.value) this.outcome.value = null;
    await this.check();
  }

  /** Words to be found; checked as soon as somebody says so. */
  seek(text: string): void {
    this.query.value = text;
  }

  choose(release: number | null): void {
    this.chosen.value = release;
  }

  async check(): Promise<void> {
    const mine = (this.turn += 1);
    const scope = this.scope();
    this.failure.value = null;
    if (scope === null) {
      this.look.value = null;
      this.checking.value = false;
      return;
    }
    this.checking.value = true;
    this.checked.value = null;
    try {
      const look = await this.backend.checkArchive(scope, (progress) => {
        if (mine === this.turn) this.checked.value = progress;
      });
      if (mine !== this.turn) return;
      this.look.value = look;
      Object.assign(this.taken, remaining(look, this.taken));
      // The dossier in hand stays in hand when its last line passes.
      if (!this.groups.value.some(({ release }) => release === this.chosen.value)) this.chosen.value = this.groups.value[0]?.release;
    } catch (reason) {
      if (mine !== this.turn) return;
      this.failure.value = asBackendError(reason);
      this.look.value = null;
    }
    this.checking.value = false;
  }

  except(line: CheckLine, reason: string): void {
    this.taken.exceptions[line.id] = reason;
  }

  confirm(line: CheckLine, who: string): void {
    this.taken.confirmed[line.id] = who;
  }

  /** A dossier is not archived this time. */
  leaveOut(release: number, reason: string): void {
    this.taken.leftOut[release] = reason;
  }

  putBackIn(release: number): void {
    delete this.taken.leftOut[release];
  }

  /** What was said of a line does not hold. */
  takeBack(line: CheckLine): void {
    delete this.taken.exceptions[line.id];
    delete this.taken.confirmed[line.id];
  }

  async pack(): Promise<void> {
    const scope = this.scope();
    if (scope === null || this.packing.value) return;
    this.outcome.value = null;
    this.stopping = false;
    this.packing.value = NOTHING_PACKED;
    const making = this.backend.makeArchive({ scope, ...asked(this.groups.value, this.taken) }, (at) => {
      if (this.packing.value) this.packing.value = heard(this.packing.value, at, performance.now());
    });
    // A window that closes leaves nothing half written.
    const forget = beforeClosing(() => {
      this.stop();
      return making;
    });
    try {
      const made = await making;
      if (made) this.outcome.value = { kind: "made", made };
      else if (this.stopping) this.outcome.value = { kind: "stopped" };
    } catch (reason) {
      this.outcome.value = { kind: "failed", failure: asBackendError(reason) };
    }
    forget();
    this.packing.value = null;
  }

  stop(): void {
    this.stopping = true;
    void this.backend.cancelExport();
  }
}

const works = new WeakMap<Session, ArchiveWork>();

/** The one of this session: when the data become others, it is gone. */
export function archiveWork(session: Session, backend: Backend): ArchiveWork {
  const known = works.get(session);
  if (known) return known;
  const fresh = new ArchiveWork(backend, Number(session.start.today.slice(0, 4)));
  works.set(session, fresh);
  return fresh;
}
