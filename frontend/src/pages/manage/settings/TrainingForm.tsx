/** How reward models are trained, and when a night's quick run is a full one instead. */
import { Alert, Button, Fieldset, Group, Stack } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { useSetTrainingPlan, useTrainingPlan, type TrainingPlan } from "@/api/training";

import { Disclosure } from "../parts/Disclosure";
import { Loaded, Section } from "../parts/Page";
import { useFirstFault } from "../parts/useFirstFault";
import { TrainingFields, TrainingGroup } from "./TrainingFields";
import {
  countSet,
  draftOf,
  planFaults,
  planOf,
  rateFault,
  type PlanDraft,
} from "./trainingDraft";
import { FULL_FIELDS, QUICK_FIELDS, RARE_FIELDS, WHEN_FIELDS } from "./trainingFields";

const RATE = "full.learning_rate";

interface PartsProps {
  draft: PlanDraft;
  faults: Record<string, string>;
  set: (part: PlanDraft) => void;
}

/** Shut at first; a fault among them is never out of sight. */
function Rare(parts: PartsProps) {
  const fields = <TrainingFields fields={RARE_FIELDS} {...parts} />;
  if (RARE_FIELDS.some(({ path }) => parts.faults[path])) return fields;
  const count = countSet(RARE_FIELDS, parts.draft);
  const changed = count > 0 ? ` (${count} not as usual)` : "";
  return (
    <Disclosure show={`More settings${changed}`} hide="Fewer settings">
      {fields}
    </Disclosure>
  );
}

function Form({ slug, plan }: { slug: string; plan: TrainingPlan }) {
  const save = useSetTrainingPlan(slug);
  const [draft, setDraft] = useState(() => draftOf(plan));
  const set = (part: PlanDraft) => setDraft((now) => ({ ...now, ...part }));
  const { at: faults, elsewhere } = planFaults(save.error);
  const form = useFirstFault(save.error);
  const parts = { draft, faults, set };
  const same = JSON.stringify(planOf(draft)) === JSON.stringify(planOf(draftOf(plan)));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save.mutate(planOf(draft));
  };
  return (
    <form ref={form} onSubmit={submit}>
      <Stack>
        <TrainingGroup legend="When a night’s run is a full one" fields={WHEN_FIELDS} {...parts} />
        <TrainingGroup legend="Quick runs" fields={QUICK_FIELDS} {...parts} />
        <Fieldset legend="Full runs">
          <Stack>
            <TrainingFields fields={FULL_FIELDS} {...parts} />
            <Rare {...parts} />
          </Stack>
        </Fieldset>
        {elsewhere && (
          <Alert color="orange" variant="light" role="alert">
            {elsewhere}
          </Alert>
        )}
        <Group>
          <Button
            type="submit"
            loading={save.isPending}
            disabled={same || rateFault(draft[RATE]) !== null}
          >
            Save how it trains
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function TrainingForm({ slug }: { slug: string }) {
  const plan = useTrainingPlan(slug);
  return (
    <Section
      title="Training"
      about="A quick run trains heads over a frozen backbone; a full run fine-tunes the whole network. What is left empty is as shown in grey. A full run starts by itself only while the nightly retrain is on."
    >
      <Loaded query={plan}>{(data) => <Form slug={slug} plan={data} />}</Loaded>
    </Section>
  );
}
