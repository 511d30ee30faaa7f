import type { Site } from "../../api/sites";

interface SiteSwitchProps {
  sites: readonly Site[];
  current: Site | undefined;
  onChange: (siteId: number) => void;
}

/** Where there is but one site, and it is shown, there is nothing to switch. */
export function SiteSwitch({ sites, current, onChange }: SiteSwitchProps) {
  if (sites.length < 2 && current) return null;
  return (
    <nav className="site-switch" aria-label="Sites">
      <label htmlFor="site">Site</label>
      <select id="site" value={current?.id ?? ""} onChange={(event) => onChange(Number(event.target.value))}>
        {!current && <option value="" disabled>Choose a site</option>}
        {sites.map((site) => <option key={site.id} value={site.id}>{site.name}</option>)}
      </select>
    </nav>
  );
}
