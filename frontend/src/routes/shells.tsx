/**
 * What stands around a page: nothing at the root; inside a project, a check that one is still signed
 * in, and the sending of answers that still wait.
 */
import { Navigate, Outlet, useLocation } from "@tanstack/react-router";

import { useSession } from "@/api/session";
import { useSending } from "@/pages/work/outboxes";

export function Root() {
  return <Outlet />;
}

export function ProjectGate() {
  const session = useSession();
  const location = useLocation();
  useSending(session.data?.user?.id);
  if (session.data && !session.data.user) {
    // On the way out of the project already: a second redirect would start the first one anew.
    if (!location.pathname.startsWith("/p/")) return null;
    return <Navigate to="/sign-in" search={{ next: location.href }} replace />;
  }
  return <Outlet />;
}
