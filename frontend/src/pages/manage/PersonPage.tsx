/** One rater: how they rate, what may need a look, and what was proposed about them. */
import { Anchor, Group } from "@mantine/core";
import { Link, useNavigate, useParams } from "@tanstack/react-router";

import { usePerson } from "@/api/managePeople";
import type { Profile, Proposal } from "@/api/manageTypes";
import { whole } from "@/components/plots/words";

import { DataTable, type Column } from "./parts/DataTable";
import { Facts } from "./parts/Facts";
import { Names } from "./parts/Names";
import { Empty, Loaded, Page, Section } from "./parts/Page";
import { KindBadge } from "./parts/StateBadge";
import { When } from "./parts/When";
import { States } from "./people/Members";
import { PersonActions } from "./people/PersonActions";
import { ACTIONS } from "./people/Proposals";
import { BesideOthers } from "./person/BesideOthers";
import { Figures } from "./person/Figures";
import { SignalList } from "./person/SignalList";

const COLUMNS: Column<Proposal>[] = [
  { name: "When", cell: ({ created_at: at }) => <When at={at} /> },
  { name: "Proposed", cell: ({ action }) => ACTIONS[action].proposed },
  { name: "Because", cell: ({ evidence }) => evidence },
  { name: "Decided", cell: ({ state }) => state },
];

function Past({ proposals }: Pick<Profile, "proposals">) {
  return (
    <Section title="Proposals">
      {proposals.length === 0 ? (
        <Empty>
          Nothing was proposed about them. With a gold floor in the settings, low gold accuracy is
          proposed to you here.
        </Empty>
      ) : (
        <DataTable
          caption="Proposals about this person"
          columns={COLUMNS}
          rows={proposals}
          keyOf={({ id }) => id}
        />
      )}
    </Section>
  );
}

function Role({ person }: Pick<Profile, "person">) {
  return (
    <Group component="span" gap="xs">
      {person.role}
      <KindBadge kind={person.kind} />
      <States person={person} />
    </Group>
  );
}

function About({ person }: Pick<Profile, "person">) {
  return (
    <Facts
      facts={[
        ["Role", <Role key="role" person={person} />],
        ["Judgments", whole(person.judgments)],
        ["Last judgment", <When key="last" at={person.last_judgment_at} />],
        ["Groups", <Names key="groups" names={person.groups} />],
        ["Skills", <Names key="skills" names={person.skills} />],
      ]}
    />
  );
}

export function PersonPage() {
  const { slug, id } = useParams({ from: "/p/$slug/manage/people/$id" });
  const profile = usePerson(slug, id);
  const navigate = useNavigate();
  const person = profile.data?.person;
  const toPeople = () => void navigate({ to: `/p/${slug}/manage/people` });
  return (
    <Page
      title={person?.name ?? "Person"}
      actions={person && <PersonActions slug={slug} person={person} onRemoved={toPeople} />}
    >
      <Group mt={-12}>
        <Anchor component={Link} to={`/p/${slug}/manage/people`} size="sm">
          All people
        </Anchor>
      </Group>
      <Loaded query={profile}>
        {({ person: who, figures, signals, proposals, beside_others: beside }) => (
          <>
            <About person={who} />
            <Figures figures={figures} />
            <BesideOthers beside_others={beside} />
            {who.kind === "imported" ? (
              <Section title="Signals">
                <Empty>Imported votes carry no signs of attention.</Empty>
              </Section>
            ) : (
              <SignalList signals={signals} />
            )}
            <Past proposals={proposals} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
