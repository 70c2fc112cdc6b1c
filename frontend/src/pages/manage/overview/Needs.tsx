/** What waits for the reader: what the server names, and what raters and rules have left here. */
import { Alert, Group, Text } from "@mantine/core";

import { useTasks } from "@/api/manage";
import { useProposals } from "@/api/managePeople";
import { useAppeals, useDisputes } from "@/api/manageReview";
import type { NeedPage, Overview } from "@/api/types";

import { GoButton } from "../parts/GoTo";
import { Section } from "../parts/Page";
import { appealNeed, disputeNeed, FLAGGED, flagNeed, proposalNeed, type Need } from "./needs";

const PAGE_OF: Record<NeedPage, string> = {
  training: "reward-models",
  rounds: "rounds",
  tasks: "tasks",
  imports: "data",
  people: "people",
  agreement: "agreement",
};

function useWaiting(slug: string): Need[] {
  const disputes = useDisputes(slug).data?.pages;
  const appeals = useAppeals(slug).data ?? [];
  const proposals = useProposals(slug).data ?? [];
  const flagged = useTasks(slug, FLAGGED).data?.pages;
  const needs = [
    disputeNeed(disputes?.[0]),
    appealNeed(appeals),
    proposalNeed(proposals),
    flagNeed(flagged?.[0]),
  ];
  return needs.filter((need) => need !== null);
}

export function Needs({ slug, needs }: { slug: string } & Pick<Overview, "needs">) {
  const named = needs.map(({ text, page }) => ({ text, page: PAGE_OF[page] }));
  const all: Need[] = [...useWaiting(slug), ...named];
  return (
    <Section title="Does anything need you?">
      {all.length === 0 && <Text>Nothing needs you now.</Text>}
      {all.map(({ text, page, search }) => (
        <Alert key={text} variant="light" color="yellow" py="xs">
          <Group justify="space-between" gap="xs">
            <Text size="sm" flex="1 1 220px">
              {text}
            </Text>
            <GoButton page={page} search={search} size="xs">
              Go there
            </GoButton>
          </Group>
        </Alert>
      ))}
    </Section>
  );
}
