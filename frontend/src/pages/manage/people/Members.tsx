/** The table of people: who judges, how much and how. */
import { Badge, Group } from "@mantine/core";

import type { Person } from "@/api/types";
import { duration, percent, whole } from "@/components/plots/words";

import { DataTable, type Column } from "../parts/DataTable";
import { GoTo } from "../parts/GoTo";
import { Names } from "../parts/Names";
import { KindBadge } from "../parts/StateBadge";
import { When } from "../parts/When";
import { shareWords } from "./shareWords";
import { PersonActions } from "./PersonActions";

function State({ words, colour }: { words: string; colour: string }) {
  return (
    <Badge variant="light" color={colour} tt="none" miw="max-content">
      {words}
    </Badge>
  );
}

/** Whether somebody is paused, in training, or gone. */
export function States({ person }: { person: Person }) {
  return (
    <>
      {person.paused_at && <State words="paused" colour="orange" />}
      {person.training && <State words="in training" colour="blue" />}
      {person.left_at && <State words="left" colour="gray" />}
    </>
  );
}

function Name({ person }: { person: Person }) {
  return (
    <Group gap="xs" wrap="nowrap">
      {person.left_at ? person.name : <GoTo page={`people/${person.id}`}>{person.name}</GoTo>}
      <KindBadge kind={person.kind} />
      <States person={person} />
    </Group>
  );
}

function columns(slug: string): Column<Person>[] {
  return [
    { name: "Name", cell: (person) => <Name person={person} /> },
    { name: "Actions", cell: (person) => <PersonActions slug={slug} person={person} /> },
    { name: "Role", cell: ({ role }) => role },
    { name: "Groups", cell: ({ groups }) => <Names names={groups} /> },
    { name: "Skills", cell: ({ skills }) => <Names names={skills} /> },
    { name: "Judgments", cell: ({ judgments }) => whole(judgments), numeric: true },
    { name: "Gold right", cell: ({ gold }) => shareWords(gold), numeric: true },
    { name: "Chose the left", cell: ({ left_share: share }) => percent(share), numeric: true },
    { name: "Ties", cell: ({ tie_share: share }) => percent(share), numeric: true },
    { name: "Median time", cell: ({ median_seconds: s }) => duration(s), numeric: true },
    { name: "Last judgment", cell: ({ last_judgment_at: at }) => <When at={at} /> },
  ];
}

export function Members({ slug, people }: { slug: string; people: readonly Person[] }) {
  return (
    <DataTable
      caption="People"
      columns={columns(slug)}
      rows={people}
      keyOf={(person) => person.id}
      minWidth={1080}
    />
  );
}
