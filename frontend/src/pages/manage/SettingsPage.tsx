/** What a manager can change about a project, and who changed what. */
import { useProject } from "@/api/manage";

import { AuditLog } from "./settings/AuditLog";
import { Guidelines } from "./settings/Guidelines";
import { ProjectForm } from "./settings/ProjectForm";
import { Questions } from "./settings/questions/Questions";
import { ScheduleForm } from "./settings/ScheduleForm";
import { TrainingForm } from "./settings/TrainingForm";
import { WorkForm } from "./settings/WorkForm";
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
            <Questions key={`${data.slug} questions`} slug={slug} />
            <WorkForm key={`${data.slug} work`} project={data} />
          </>
        )}
      </Loaded>
      <ScheduleForm slug={slug} />
      <TrainingForm key={`${slug} training`} slug={slug} />
      <AuditLog slug={slug} />
    </Page>
  );
}
