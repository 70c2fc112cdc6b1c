/** Data in, by a file, and data out, as snapshots that never change. */
import { Code, CopyButton, Button, Group, Menu, Tooltip } from "@mantine/core";

import { exportUrl, useSnapshots, useTakeSnapshot } from "@/api/manageData";
import type { Snapshot } from "@/api/types";
import { bytes, whole } from "@/components/plots/words";

import { Imports } from "./Imports";
import { DataTable, type Column } from "./parts/DataTable";
import { useSlug } from "./parts/GoTo";
import { Empty, Loaded, Page, Section } from "./parts/Page";
import { When } from "./parts/When";

const EXPORTS = [
  ["preference", "jsonl", "Preferences, JSON Lines"],
  ["preference", "parquet", "Preferences, Parquet"],
  ["votes", "jsonl", "Every vote, JSON Lines"],
  ["votes", "parquet", "Every vote, Parquet"],
] as const;

function Download({ snapshot }: { snapshot: Snapshot }) {
  const slug = useSlug();
  return (
    <Menu withInitialFocusPlaceholder={false} position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="default">
          Download ▾
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {EXPORTS.map(([rows, format, words]) => (
          <Menu.Item
            key={words}
            component="a"
            href={exportUrl(slug, snapshot.id, rows, format)}
            download
          >
            {words}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Hash({ sha256 }: { sha256: string }) {
  return (
    <CopyButton value={sha256}>
      {({ copied, copy }) => (
        <Group gap={4} wrap="nowrap">
          <Tooltip label={sha256}>
            <Code>{sha256.slice(0, 12)}</Code>
          </Tooltip>
          <Button size="compact-xs" variant="subtle" onClick={copy}>
            {copied ? "Copied" : "Copy"}
          </Button>
        </Group>
      )}
    </CopyButton>
  );
}

const COLUMNS: Column<Snapshot>[] = [
  { name: "Snapshot", cell: ({ number }) => number },
  { name: "Tasks", cell: ({ tasks }) => whole(tasks), numeric: true },
  { name: "Judgments", cell: ({ judgments }) => whole(judgments), numeric: true },
  { name: "Size", cell: ({ bytes: size }) => bytes(size), numeric: true },
  { name: "SHA-256", cell: ({ sha256 }) => <Hash sha256={sha256} /> },
  { name: "Taken by", cell: ({ by }) => by ?? "a training run" },
  { name: "Taken", cell: ({ created_at: at }) => <When at={at} /> },
  { name: "", cell: (snapshot) => <Download snapshot={snapshot} /> },
];

function Snapshots() {
  const slug = useSlug();
  const snapshots = useSnapshots(slug);
  const take = useTakeSnapshot(slug);
  return (
    <Section
      title="Snapshots"
      about="A snapshot is everything judged up to a moment. It never changes; its hash proves that. Every reward model names the one it was trained on."
      actions={
        <Button variant="default" loading={take.isPending} onClick={() => take.mutate()}>
          Take a snapshot
        </Button>
      }
    >
      <Loaded query={snapshots}>
        {(all) =>
          all.length === 0 ? (
            <Empty>No snapshots yet. A retrain takes one by itself.</Empty>
          ) : (
            <DataTable
              caption="Snapshots"
              columns={COLUMNS}
              rows={all}
              keyOf={({ id }) => id}
              minWidth={860}
            />
          )
        }
      </Loaded>
    </Section>
  );
}

export function DataPage() {
  return (
    <Page title="Data" about="Prompts, responses and answers in; preferences and votes out.">
      <Imports />
      <Snapshots />
    </Page>
  );
}
