/** What the rule on gold accuracy proposes about raters. A manager decides; nothing happens by itself. */
import { Button, Group, Paper, Stack, Text } from "@mantine/core";

import { useDecideProposal, useProposals } from "@/api/managePeople";
import type { Proposal } from "@/api/manageTypes";

import { GoTo } from "../parts/GoTo";
import { Loaded, Section } from "../parts/Page";
import { When } from "../parts/When";

export const ACTIONS: Record<Proposal["action"], { proposed: string; does: string }> = {
  warn: { proposed: "warn", does: "They are asked to read the guidelines again." },
  pause: { proposed: "pause", does: "They are lent no more tasks until you resume them." },
  retrain: {
    proposed: "send to training",
    does: "They get tasks of the training until enough of them are right.",
  },
};

function Open({ slug, proposal }: { slug: string; proposal: Proposal }) {
  const decide = useDecideProposal(slug);
  const { id, name, person, action, evidence } = proposal;
  const { proposed, does } = ACTIONS[action];
  const answer = (confirm: boolean) => () => decide.mutate({ id, confirm });
  return (
    <Paper withBorder p="md" role="group" aria-label={`Proposal about ${name}`}>
      <Stack gap="xs">
        <Text>
          <GoTo amidWords page={`people/${person}`}>
            {name}
          </GoTo>
          : {proposed}?
        </Text>
        <Text size="sm">{evidence}</Text>
        <Text size="sm">{does}</Text>
        <Group gap="xs">
          <Button
            size="xs"
            loading={decide.isPending && decide.variables.confirm}
            disabled={decide.isPending}
            onClick={answer(true)}
          >
            Confirm
          </Button>
          <Button size="xs" variant="default" disabled={decide.isPending} onClick={answer(false)}>
            Dismiss
          </Button>
          <Text size="xs">
            <When at={proposal.created_at} />
          </Text>
        </Group>
      </Stack>
    </Paper>
  );
}

/** Nothing at all while nothing is proposed. */
export function Proposals({ slug }: { slug: string }) {
  const proposals = useProposals(slug);
  return (
    <Loaded query={proposals}>
      {(all) => {
        const open = all.filter(({ state }) => state === "open");
        if (open.length === 0) return null;
        return (
          <Section
            title="Proposals"
            about="These raters' answers to gold tasks are surely below the project's floor. Talk to them first where you can."
          >
            {open.map((proposal) => (
              <Open key={proposal.id} slug={slug} proposal={proposal} />
            ))}
          </Section>
        );
      }}
    </Loaded>
  );
}
