/** The pages and their addresses under `/app`. */

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { Shell } from "@/shell/Shell";
import { Loading } from "@/ui/Panel";

const root = createRootRoute({ component: Shell });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/portfolio" });
  },
});

const portfolio = createRoute({
  getParentRoute: () => root,
  path: "/portfolio",
  component: lazyRouteComponent(() => import("@/pages/portfolio/PortfolioPage"), "PortfolioPage"),
});

const usage = createRoute({
  getParentRoute: () => root,
  path: "/usage",
  component: lazyRouteComponent(() => import("@/pages/usage/UsagePage"), "UsagePage"),
});

export const router = createRouter({
  basepath: "/app",
  routeTree: root.addChildren([home, portfolio, usage]),
  defaultPendingComponent: Loading,
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
