/** What a manager can change about a project, and who changed what. */
import { useProject } from "@/api/manage";

import { AuditLog } from "./settings/AuditLog";
import { Guidelines } from "./settings/Guidelines";
import { ProjectForm } from "./settings/ProjectForm";
import { ScheduleForm } from "./settings/ScheduleForm";
import { useSlug } from "./parts/GoTo";
import { Loaded, Page } from "./parts/Page";

export function SettingsPage() {
  const slug = useSlug();
  const project = useProject(slug);
  return (
    <Page title="Settings">
      <Loaded query={project}>
        {(data) => (
          <>
            <ProjectForm key={data.slug} project={data} />
            <Guidelines key={`${data.slug} guidelines`} project={data} />
          </>
        )}
      </Loaded>
      <ScheduleForm slug={slug} />
      <AuditLog slug={slug} />
    </Page>
  );
}
