"""The peers measured beside us: installs on a site of ours those that the bench has, and says how to get the rest."""

from pathlib import Path

from real_bench import BenchSite

# app -> its repository, for `bench get-app`.
REPOSITORIES = {
	"exotel_integration": "https://github.com/frappe/exotel_integration",
	"telephony": "https://github.com/frappe/telephony",
}


def install(site: BenchSite) -> list[str]:
	"""Install on the site the peers whose code the bench has; return their names."""
	apps = [app for app in REPOSITORIES if (site.bench.folder / "apps" / app).is_dir()]
	listed = (site.sites / "apps.txt").read_text().split()
	own = [app for app in listed if app not in REPOSITORIES]
	(site.sites / "apps.txt").write_text("\n".join([*own, *apps]) + "\n")
	for app in REPOSITORIES:
		_link(site.folder / "apps" / app, site.bench.folder / "apps" / app if app in apps else None)
	# Frappe asks GitHub about an app that is required, unless its name is a path here.
	required = site.sites / "erpnext"
	_link(required, site.bench.folder / "apps/erpnext")
	for app in apps:
		if app not in site.installed_apps():
			site.run("install-app", app)
	_link(required, None)
	return apps


def _link(link: Path, target: Path | None) -> None:
	link.unlink(missing_ok=True)
	if target:
		link.symlink_to(target)


def advice(apps: list[str]) -> str:
	"""Return a sentence on how to measure the peers the bench has not, "" when it has all."""
	missing = [app for app in REPOSITORIES if app not in apps]
	commands = " and ".join(f"`bench get-app {REPOSITORIES[app]}`" for app in missing)
	return f"Not measured beside it: {' and '.join(missing)}. {commands} bring them." if missing else ""
