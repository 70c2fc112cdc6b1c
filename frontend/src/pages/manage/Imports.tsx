/** Imports: a place to drop a file, what each file gave, and which of its lines were refused. */
import { Button, Card, Group, Progress, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useId } from "react";

import { isLive, useCancelImport, useImports } from "@/api/manageData";
import type { Import } from "@/api/types";
import { saveAs } from "@/components/plots/download";
import { toCsv } from "@/components/plots/table";
import { bytes, counted, percent, whole } from "@/components/plots/words";

import { ImportDrop } from "./ImportDrop";
import { Confirm } from "./parts/Confirm";
import { DataTable } from "./parts/DataTable";
import { useSlug } from "./parts/GoTo";
import { Empty, Loaded, Section } from "./parts/Page";
import { StateBadge } from "./parts/StateBadge";
import { When } from "./parts/When";

/** "412 tasks added, 3 already there, 900 votes added, 2 lines refused." */
export function importWords(each: Import): string {
  const parts = [
    `${counted(each.tasks_added, "task")} added`,
    `${whole(each.tasks_known)} already there`,
    `${counted(each.votes_added, "vote")} added`,
    `${counted(each.bad_lines, "line")} refused`,
  ];
  return `${parts.join(", ")}.`;
}

function Rejected({ each }: { each: Import }) {
  const [open, { toggle }] = useDisclosure(false);
  const id = useId();
  if (each.bad_lines === 0) return null;
  const table = {
    columns: ["line", "reason"],
    rows: each.rejected.map(({ line, reason }) => [line, reason]),
  };
  const more = each.bad_lines - each.rejected.length;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="subtle"
          aria-expanded={open}
          aria-controls={id}
          onClick={toggle}
        >
          {open ? "Hide the refused lines" : "Show the refused lines"}
        </Button>
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => saveAs(`${each.name}-refused.csv`, "text/csv", toCsv(table))}
        >
          CSV
        </Button>
      </Group>
      <div id={id} hidden={!open}>
        {open && (
          <>
            <DataTable
              caption="Refused lines"
              columns={[
                { name: "Line", cell: ({ line }) => whole(line), numeric: true },
                { name: "Why", cell: ({ reason }) => reason },
              ]}
              rows={each.rejected}
              keyOf={({ line }) => line}
              minWidth={320}
            />
            {more > 0 && (
              <Text size="sm" c="dimmed">
                {counted(more, "more line")} refused; the first {each.rejected.length} are listed.
              </Text>
            )}
          </>
        )}
      </div>
    </Stack>
  );
}

function Running({ each }: { each: Import }) {
  const slug = useSlug();
  const cancel = useCancelImport(slug);
  const share = each.bytes_total > 0 ? each.bytes_read / each.bytes_total : 0;
  return (
    <Group gap="md" wrap="nowrap" align="center">
      <Stack gap={4} flex={1}>
        <Progress value={100 * share} aria-label={`Import of ${each.name}`} />
        <Text size="sm" c="dimmed">
          {bytes(each.bytes_read)} of {bytes(each.bytes_total)} read ({percent(share)})
        </Text>
      </Stack>
      <Confirm
        label="Cancel"
        size="compact-sm"
        question={`Cancel the import of “${each.name}”?`}
        consequence="Reading stops. The tasks added so far stay; sending the same file again adds only what is missing."
        yes="Cancel the import"
        loading={cancel.isPending}
        onYes={() => cancel.mutate(each.id)}
      />
    </Group>
  );
}

function ImportCard({ each }: { each: Import }) {
  return (
    <Card withBorder padding="md" component="article" aria-label={`Import of ${each.name}`}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Text fw={600} style={{ overflowWrap: "anywhere" }}>
              {each.name}
            </Text>
            <StateBadge state={each.state} />
          </Group>
          <Text size="sm" c="dimmed">
            {each.format ? `${each.format} format, ` : ""}
            <When at={each.created_at} />
          </Text>
        </Group>
        {isLive(each.state) && <Running each={each} />}
        {(each.state !== "failed" || each.tasks_added > 0) && (
          <Text size="sm">{importWords(each)}</Text>
        )}
        {each.message && <Text size="sm">{each.message}</Text>}
        <Rejected each={each} />
      </Stack>
    </Card>
  );
}

export function Imports() {
  const slug = useSlug();
  const imports = useImports(slug);
  return (
    <Section
      title="Imports"
      about="JSON Lines or a JSON array, also gzipped. What is already here is recognised and not added twice."
    >
      <ImportDrop slug={slug} />
      <Loaded query={imports}>
        {(all) =>
          all.length === 0 ? (
            <Empty>Nothing imported yet.</Empty>
          ) : (
            <Stack gap="sm">
              {all.map((each) => (
                <ImportCard key={each.id} each={each} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}
