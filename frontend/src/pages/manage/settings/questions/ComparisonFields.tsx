/** The settings of a comparison. */
import { Select, SimpleGrid } from "@mantine/core";

import type { ComparisonSpec } from "@/api/types";

import { faultOf } from "../../parts/faults";
import { HELP_BELOW } from "../../parts/Names";
import { Flag, ManyNames, NoteField, PromptField, Whole } from "./inputs";
import { LABELS, type SpecProps } from "./spec";

const PLACES = [
  { value: "all", label: "All of them" },
  { value: "top", label: "The best few; the others are below them" },
  { value: "some", label: "Any two or more; the others are not compared" },
];

export function ComparisonFields({ spec, set, faults }: SpecProps<ComparisonSpec>) {
  const choosePlace = (value: string | null) => {
    const place = (value ?? "all") as ComparisonSpec["place"];
    set({ place, top_m: place === "top" ? (spec.top_m ?? 1) : null });
  };
  return (
    <>
      <PromptField value={spec.prompt} set={(prompt) => set({ prompt })} faults={faults} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Whole
          name="k_max"
          help="2 to 16. Two are compared side by side, more are ranked."
          min={2}
          max={16}
          value={spec.k_max}
          set={(k_max) => set({ k_max })}
          faults={faults}
        />
        <ManyNames
          name="criteria"
          help="What is compared, the leading one first; it is what models train on. None: one question."
          value={spec.criteria}
          set={(criteria) => set({ criteria })}
          faults={faults}
        />
        <Select
          label={LABELS.place}
          description="With more than two responses."
          inputWrapperOrder={HELP_BELOW}
          data={PLACES}
          allowDeselect={false}
          value={spec.place}
          onChange={choosePlace}
          error={faultOf(faults, "place")}
        />
        {spec.place === "top" && (
          <Whole
            name="top_m"
            help="Of the best, how many need a place."
            min={1}
            max={15}
            value={spec.top_m}
            set={(top_m) => set({ top_m })}
            faults={faults}
          />
        )}
        <ManyNames
          name="reasons"
          help="Tags that a rater may give with an answer: at most 20."
          value={spec.reasons}
          set={(reasons) => set({ reasons })}
          faults={faults}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Flag
          name="ties"
          help="Whether responses may share a place."
          value={spec.ties}
          set={(ties) => set({ ties })}
          faults={faults}
        />
        <Flag
          name="strength"
          help="Of two, how much better one is: slightly, plainly, much."
          value={spec.strength}
          set={(strength) => set({ strength })}
          faults={faults}
        />
        <Flag
          name="both_bad"
          help="Whether a response may be marked unacceptable."
          value={spec.both_bad}
          set={(both_bad) => set({ both_bad })}
          faults={faults}
        />
        <NoteField value={spec.note} set={(note) => set({ note })} faults={faults} />
      </SimpleGrid>
    </>
  );
}
