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

/** Where mails and Google lead; whoever is signed in has nothing to do there. */
const logins = ["/login", "/login/$"].map((path) =>
  createRoute({
    getParentRoute: () => root,
    path,
    beforeLoad: () => {
      throw redirect({ to: "/portfolio" });
    },
  }),
);

const portfolio = createRoute({
  getParentRoute: () => root,
  path: "/portfolio",
  component: lazyRouteComponent(() => import("@/pages/portfolio/PortfolioPage"), "PortfolioPage"),
});

const alerts = createRoute({
  getParentRoute: () => root,
  path: "/alerts",
  component: lazyRouteComponent(() => import("@/pages/alerts/AlertsPage"), "AlertsPage"),
});

const tax = createRoute({
  getParentRoute: () => root,
  path: "/tax",
  component: lazyRouteComponent(() => import("@/pages/tax/TaxPage"), "TaxPage"),
});

const gas = createRoute({
  getParentRoute: () => root,
  path: "/gas",
  component: lazyRouteComponent(() => import("@/pages/gas/GasPage"), "GasPage"),
});

const security = createRoute({
  getParentRoute: () => root,
  path: "/security",
  component: lazyRouteComponent(() => import("@/pages/security/SecurityPage"), "SecurityPage"),
});

const usage = createRoute({
  getParentRoute: () => root,
  path: "/usage",
  component: lazyRouteComponent(() => import("@/pages/usage/UsagePage"), "UsagePage"),
});

const account = createRoute({
  getParentRoute: () => root,
  path: "/account",
  component: lazyRouteComponent(() => import("@/pages/account/AccountPage"), "AccountPage"),
});

const admin = createRoute({
  getParentRoute: () => root,
  path: "/admin",
  component: lazyRouteComponent(() => import("@/pages/admin/AdminPage"), "AdminPage"),
});

export const router = createRouter({
  basepath: "/app",
  routeTree: root.addChildren([home, ...logins, portfolio, alerts, tax, gas, security, usage, account, admin]),
  defaultPendingComponent: Loading,
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
