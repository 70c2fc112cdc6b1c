/** The signed-in person's menu: their pages, and the way out. */
import { Button, Menu } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";

import { runsProjects, useRole, useSession, useSignOut } from "@/api/session";
import type { Session } from "@/api/types";

import { entranceOf, firstPageFor } from "./pages";

function ProjectLinks({ slug }: { slug: string }) {
  const role = useRole(slug);
  return (
    <>
      <Menu.Item component={Link} to={`/p/${slug}/work`}>
        Judge tasks
      </Menu.Item>
      <Menu.Item component={Link} to={`/p/${slug}/history`}>
        My answers
      </Menu.Item>
      <Menu.Item component={Link} to={`/p/${slug}/me`}>
        My figures
      </Menu.Item>
      {firstPageFor(role) !== undefined && (
        <Menu.Item component={Link} to={entranceOf(slug, role)}>
          {role === "reviewer" ? "Review" : "Manage"}
        </Menu.Item>
      )}
    </>
  );
}

/** The projects that one runs stand on a page of their own; for others the first page has theirs. */
function AllProjects({ user, projects }: Session) {
  const runs = user?.staff || projects.some(({ role }) => runsProjects(role));
  if (!runs && projects.length < 2) return null;
  return (
    <Menu.Item component={Link} to={runs ? "/projects" : "/"}>
      All projects
    </Menu.Item>
  );
}

export function PersonMenu({ slug }: { slug?: string }) {
  const session = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const leave = () =>
    signOut.mutate(undefined, { onSuccess: () => void navigate({ to: "/sign-in" }) });
  if (!session.data?.user) return null;
  return (
    <Menu withInitialFocusPlaceholder={false} position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="subtle" color="gray" size="compact-sm" maw={180}>
          {session.data.user.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {slug && <ProjectLinks slug={slug} />}
        <AllProjects {...session.data} />
        <Menu.Divider />
        <Menu.Item onClick={leave}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
