/** Who changed what and when: the newest hundred entries. */
import { useAudit } from "@/api/manageAccess";
import type { AuditEntry } from "@/api/types";

import { DataTable, type Column } from "../parts/DataTable";
import { Empty, Loaded, Section } from "../parts/Page";
import { When } from "../parts/When";
import { detailWords } from "../words";

interface Numbered extends AuditEntry {
  place: number;
}

const COLUMNS: Column<Numbered>[] = [
  { name: "When", cell: ({ at }) => <When at={at} /> },
  { name: "Who", cell: ({ actor }) => actor ?? "the system" },
  { name: "What", cell: ({ action }) => action },
  { name: "Detail", cell: ({ detail }) => detailWords(detail) },
];

export function AuditLog({ slug }: { slug: string }) {
  const audit = useAudit(slug);
  return (
    <Section title="Audit log" about="The newest 100 changes by people and by the system.">
      <Loaded query={audit}>
        {(entries) =>
          entries.length === 0 ? (
            <Empty>Nothing has been changed yet.</Empty>
          ) : (
            <DataTable
              caption="Audit log"
              columns={COLUMNS}
              rows={entries.map((entry, place) => ({ ...entry, place }))}
              keyOf={({ place }) => place}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
