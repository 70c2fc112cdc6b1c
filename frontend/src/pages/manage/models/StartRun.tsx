/** The button that trains: a quick run or a full one, each with what it does and how long it takes. */
import { Button, Menu, Text } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";

import { isLive } from "@/api/manageData";
import { useRuns, useStartRun } from "@/api/manageModels";
import type { Tier } from "@/api/training";

const CHOICES: { tier: Tier; name: string; about: string }[] = [
  {
    tier: "nightly",
    name: "Quick run",
    about: "Trains heads over the features of a frozen backbone: minutes.",
  },
  {
    tier: "full",
    name: "Full run",
    about: "Fine-tunes the whole network: hours on a CPU, far less on a GPU.",
  },
];

export function StartRun({ slug }: { slug: string }) {
  const runs = useRuns(slug);
  const start = useStartRun(slug);
  const navigate = useNavigate();
  const busy = runs.data?.some((run) => isLive(run.state)) ?? false;
  const go = (tier: Tier) =>
    start.mutate(tier, {
      onSuccess: (run) => void navigate({ to: `/p/${slug}/manage/reward-models/runs/${run.id}` }),
    });
  return (
    <Menu withInitialFocusPlaceholder={false} position="bottom-end" width={320} shadow="md">
      <Menu.Target>
        <Button loading={start.isPending} disabled={busy}>
          {busy ? "A run is under way" : "Train"}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {CHOICES.map(({ tier, name, about }) => (
          <Menu.Item key={tier} onClick={() => go(tier)}>
            <Text fw={600}>{name}</Text>
            <Text size="sm">{about}</Text>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} to={`/p/${slug}/manage/settings`}>
          Settings of both
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
