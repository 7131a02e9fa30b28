// Bundles one app's *.bundle.* files as Frappe's own esbuild script does, without a bench around it.
// usage: node bundle.mjs NODE_MODULES ASSETS APP APP_ROOT FRAPPE_ROOT
// Writes ASSETS/APP/dist/** and ASSETS/lists/APP.json, and merges all lists into ASSETS/assets.json.
import fs from "fs";
import path from "path";
import { createRequire } from "module";

const [nodeModules, assets, app, appRoot, frappeRoot] = process.argv.slice(2);
const require = createRequire(path.join(nodeModules, "/"));
const esbuild = require("esbuild");
const vue = require("esbuild-plugin-vue3");
const sass = require("sass");

const publicFolder = path.join(appRoot, app, "public");
const sources = [nodeModules, frappeRoot, appRoot];

function link(target, name) {
	fs.rmSync(name, { recursive: true, force: true });
	fs.symlinkSync(target, name);
}

function filesBelow(folder) {
	return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		if (["node_modules", "dist"].includes(entry.name)) return [];
		const file = path.join(folder, entry.name);
		return entry.isDirectory() ? filesBelow(file) : [file];
	});
}

// Each .html file becomes frappe.templates[name].
const html = {
	name: "html",
	setup(build) {
		build.onResolve({ filter: /\.html$/ }, (args) => ({
			path: path.join(args.resolveDir, args.path),
			namespace: "html",
		}));
		build.onLoad({ filter: /.*/, namespace: "html" }, (args) => {
			const name = path.basename(args.path).split(".")[0];
			const text = fs.readFileSync(args.path, "utf8").replace(/`/g, "\\`");
			return { contents: `frappe.templates['${name}'] = \`${text}\`;` };
		});
	},
};

const served = {
	name: "served",
	setup(build) {
		build.onResolve({ filter: /^\/assets\// }, (args) => ({ path: args.path, external: true }));
	},
};

const scss = {
	name: "scss",
	setup(build) {
		build.onLoad({ filter: /\.s[ac]ss$/ }, (args) => {
			const result = sass.renderSync({
				file: args.path,
				quietDeps: true,
				logger: sass.Logger.silent,
				includePaths: sources,
				importer: (url) => ({ file: url.replace(/^~/, "").replace(/\.css$/, "") }),
			});
			return {
				contents: result.css.toString(),
				loader: "css",
				resolveDir: path.dirname(args.path),
			};
		});
	},
};

async function build(kind, files, plugins) {
	const named = files.map((file) => [
		`${app}/dist/${kind}/${path.basename(file, path.extname(file))}`,
		file,
	]);
	if (!named.length) return {};
	const result = await esbuild.build({
		entryPoints: Object.fromEntries(named),
		entryNames: "[dir]/[name].[hash]",
		outdir: assets,
		absWorkingDir: assets,
		nodePaths: sources,
		bundle: true,
		metafile: true,
		minify: true,
		sourcemap: true,
		target: ["es2017"],
		logLevel: "error",
		plugins,
		loader: Object.fromEntries(
			[".woff2", ".woff", ".ttf", ".eot", ".svg", ".png", ".gif"].map((ext) => [ext, "file"])
		),
		define: {
			"process.env.NODE_ENV": '"production"',
			__VUE_OPTIONS_API__: "true",
			__VUE_PROD_DEVTOOLS__: "false",
		},
	});
	return result.metafile.outputs;
}

// A Vue bundle's CSS comes out beside it; Frappe loads only the JavaScript, which must bring the CSS along.
function inlineStyle(output, outputs) {
	const stem = output.split(".bundle.")[0] + ".bundle.";
	const style = Object.keys(outputs).find((name) => name.endsWith(".css") && name.startsWith(stem));
	if (!output.endsWith(".js") || !style) return;
	const file = path.join(assets, output);
	const css = JSON.stringify(fs.readFileSync(path.join(assets, style), "utf8"));
	fs.writeFileSync(file, `frappe.dom.set_style(${css});\n` + fs.readFileSync(file, "utf8"));
}

function listed(outputs) {
	const list = {};
	for (const [output, info] of Object.entries(outputs)) {
		if (!info.entryPoint) continue;
		const name = path.basename(info.entryPoint).replace(/\.scss$/, ".css").replace(/\.ts$/, ".js");
		list[name] = "/assets/" + output;
		inlineStyle(output, outputs);
	}
	return list;
}

function writeList(name, content) {
	const file = path.join(assets, name);
	fs.writeFileSync(file + ".new", JSON.stringify(content, null, 1));
	fs.renameSync(file + ".new", file);
}

fs.mkdirSync(path.join(assets, app), { recursive: true });
if (app === "frappe") {
	link(nodeModules, path.join(frappeRoot, "frappe/public/node_modules"));
	link(nodeModules, path.join(frappeRoot, "frappe/node_modules"));
}
let list = {};
if (fs.existsSync(publicFolder)) {
	const bundles = filesBelow(publicFolder).filter((file) => /\.bundle\.(js|ts|css|scss)$/.test(file));
	const isStyle = (file) => /s?css$/.test(file);
	const script = bundles.filter((file) => !isStyle(file));
	Object.assign(list, listed(await build("js", script, [vue(), html, served])));
	Object.assign(list, listed(await build("css", bundles.filter(isStyle), [served, scss])));
	// The rest of the public folder is served beside the bundles.
	for (const entry of fs.readdirSync(publicFolder)) {
		if (entry !== "dist") link(path.join(publicFolder, entry), path.join(assets, app, entry));
	}
}
fs.mkdirSync(path.join(assets, "lists"), { recursive: true });
writeList(`lists/${app}.json`, list);
const merged = {};
for (const name of fs.readdirSync(path.join(assets, "lists"))) {
	if (name.endsWith(".json")) {
		Object.assign(merged, JSON.parse(fs.readFileSync(path.join(assets, "lists", name))));
	}
}
writeList("assets.json", merged);
writeList("assets-rtl.json", {});
