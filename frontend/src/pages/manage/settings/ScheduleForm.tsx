/** When the nightly retrain starts, and whether it does. */
import { Button, Group, NumberInput, Stack, Switch, Text } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { useSchedule, useSetSchedule } from "@/api/manageModels";
import type { Schedule } from "@/api/types";

import { Loaded, Section } from "../parts/Page";
import { When } from "../parts/When";

const pad = (n: number) => String(n).padStart(2, "0");

/** "Every night at 02:30 UTC" or that it is off. */
export function scheduleWords({ enabled, hour, minute }: Schedule): string {
  return enabled
    ? `On: every day at ${pad(hour)}:${pad(minute)} UTC.`
    : "Off: nothing starts by itself.";
}

function Form({ slug, schedule }: { slug: string; schedule: Schedule }) {
  const save = useSetSchedule(slug);
  const [enabled, setEnabled] = useState(schedule.enabled);
  const [hour, setHour] = useState<string | number>(schedule.hour);
  const [minute, setMinute] = useState<string | number>(schedule.minute);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save.mutate({ enabled, hour: Number(hour), minute: Number(minute) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>
          {scheduleWords(schedule)}
          {schedule.next_run_at && (
            <>
              {" "}
              Next: <When at={schedule.next_run_at} /> your time.
            </>
          )}
        </Text>
        <Switch
          label="Retrain every night"
          checked={enabled}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
        />
        <Group align="flex-end">
          <NumberInput
            label="Hour (UTC)"
            min={0}
            max={23}
            w={120}
            allowDecimal={false}
            value={hour}
            onChange={setHour}
          />
          <NumberInput
            label="Minute"
            min={0}
            max={59}
            w={120}
            allowDecimal={false}
            value={minute}
            onChange={setMinute}
          />
          <Button type="submit" loading={save.isPending} disabled={hour === "" || minute === ""}>
            Save the schedule
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export function ScheduleForm({ slug }: { slug: string }) {
  const schedule = useSchedule(slug);
  return (
    <Section
      title="Nightly retrain"
      about="Takes a snapshot, trains a reward model, gives its verdict, then starts a round."
    >
      <Loaded query={schedule}>{(data) => <Form slug={slug} schedule={data} />}</Loaded>
    </Section>
  );
}
