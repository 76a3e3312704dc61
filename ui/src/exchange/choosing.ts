import { computed, reactive } from "vue";

import type { Choice, Conflict, ConflictField, ConflictPlace } from "../backend/backend";

/** Whose words stand. */
export type Side = "here" | "there";

/** One thing to decide: a whole field, or one place of a table that lets choose by place. */
export interface Decision {
  /** What core is told. */
  name: string;
  label: string;
  places: ConflictPlace[];
}

/** Decides between two versions: nothing is done before everything is decided. */
export class Choosing {
  readonly decisions: Decision[];
  readonly sides: Record<string, Side> = reactive({});

  constructor(readonly conflict: Conflict) {
    this.decisions = conflict.fields.flatMap(decisions);
  }

  readonly open = computed(() => this.decisions.filter(({ name }) => this.sides[name] === undefined));

  decide(name: string, side: Side): void {
    this.sides[name] = side;
  }

  decideAll(side: Side): void {
    for (const { name } of this.decisions) this.sides[name] = side;
  }

  asked(): Choice {
    const of = (side: Side): string[] => this.decisions.filter(({ name }) => this.sides[name] === side).map(({ name }) => name);
    return { take: of("there"), keep: of("here"), rest: null };
  }
}

function decisions(field: ConflictField): Decision[] {
  return field.by_place
    ? field.places.map((place) => ({ name: place.path, label: place.label, places: [place] }))
    : [{ name: field.field, label: field.label, places: field.places }];
}
