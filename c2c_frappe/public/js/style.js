// The look of icons, strip and dialogs, in Frappe's own colours, so that light, dark and other themes fit.
// Kept in the script: the Desk loads one file of ours.

const CSS = `
.c2c-icon {
	display: none;
	inset: 2px auto auto auto;
	inset-inline-end: 4px;
	padding: 4px;
	border: 0;
	border-radius: var(--border-radius-sm);
	background: none;
	line-height: 1;
	color: var(--text-color);
}
.c2c-callable { position: relative; }
.c2c-callable > .c2c-icon, .grid-static-col .c2c-icon { display: inline-flex; }
.c2c-callable .form-control, .c2c-callable .control-value { padding-inline-end: 36px; }
.grid-static-col .c2c-icon { position: static; padding: 2px 4px; margin: -2px 0; vertical-align: text-bottom; }
.c2c-cell-icon { display: inline-flex; padding: 3px; margin-block: -3px; vertical-align: text-bottom; }
.c2c-icon:hover { background-color: var(--control-bg-on-gray, var(--fg-hover-color)); }
.c2c-icon:focus-visible, .c2c-strip-close:focus-visible { outline: 0; box-shadow: var(--focus-default); }
.c2c-icon:disabled { opacity: 0.4; cursor: default; }

.c2c-strip {
	position: fixed;
	bottom: 16px;
	inset-inline-end: 16px;
	z-index: 1030;
	width: min(340px, calc(100vw - 32px));
	padding: 12px 14px;
	border: 1px solid var(--border-color);
	border-radius: var(--border-radius-md);
	background: var(--fg-color);
	box-shadow: var(--shadow-lg);
	color: var(--text-color);
	font-size: var(--text-md);
	line-height: 1.45;
	text-align: start;
}
.c2c-strip[hidden] { display: none; }
.c2c-strip-status { margin-bottom: 8px; }
.c2c-pill.indicator-pill { background: var(--control-bg); color: var(--text-color); }
.c2c-pill.blue::before { background: var(--blue-500); }
.c2c-pill.green::before { background: var(--green-500); }
.c2c-pill.orange::before { background: var(--orange-500); }
.c2c-pill.red::before { background: var(--red-500); }
.c2c-strip-title, .c2c-strip-number { font-weight: 600; overflow-wrap: anywhere; }
.c2c-strip-number { font-variant-numeric: tabular-nums; }
.c2c-strip-message, .c2c-strip-hint { margin-top: 2px; }
.c2c-strip-caller { margin-top: 6px; overflow-wrap: anywhere; }
.c2c-strip-caller:empty { display: none; }
.c2c-strip-caller a { font-weight: 500; text-decoration: underline; }
.c2c-strip-caller .btn { margin-top: 6px; }
.c2c-strip-links { display: flex; flex-wrap: wrap; gap: 4px 16px; margin-top: 8px; }
.c2c-strip-links:empty, .c2c-strip-news > :empty, .c2c-strip-override:empty { display: none; }
.c2c-strip-links a { font-weight: 500; text-decoration: underline; }
.c2c-strip-wrap-up, .c2c-strip-hang-up, .c2c-strip-override { margin-top: 10px; margin-inline-end: 4px; }
.c2c-strip-wrap-up[hidden], .c2c-strip-hang-up[hidden] { display: none; }
/* Frappe's own red is a little too light for white text. */
.c2c-strip-hang-up.btn-danger { background-color: var(--red-600); border-color: var(--red-600); }
.c2c-strip-time {
	position: absolute;
	top: 14px;
	inset-inline-end: 44px;
	font-variant-numeric: tabular-nums;
	color: var(--text-muted);
}
.c2c-strip-close {
	position: absolute;
	top: 10px;
	inset-inline-end: 10px;
	display: inline-flex;
	padding: 6px;
	border: 0;
	border-radius: var(--border-radius-sm);
	background: none;
	color: var(--text-muted);
}
.c2c-strip-close .icon { stroke: none; } /* Frappe 16 draws a line around it, which makes it bold */
.c2c-strip-close:hover { background: var(--fg-hover-color); }
#alert-container { bottom: var(--c2c-strip-height, 0) !important; }

.c2c-choices { display: flex; flex-direction: column; gap: 4px; padding-bottom: 8px; }
.c2c-choice {
	display: flex;
	flex-direction: column;
	gap: 2px;
	width: 100%;
	padding: 10px 12px;
	border: 1px solid var(--border-color);
	border-radius: var(--border-radius-md);
	background: none;
	color: var(--text-color);
	text-align: start;
}
.c2c-choice:hover, .c2c-choice:focus { background: var(--fg-hover-color); }
.c2c-choice:focus { border-color: var(--text-muted); outline: 0; box-shadow: var(--focus-default); }
.c2c-choice-main { display: flex; justify-content: space-between; gap: 12px; }
.c2c-choice-number { font-weight: 600; font-variant-numeric: tabular-nums; }
.c2c-choice-facts { display: flex; flex-wrap: wrap; gap: 4px 12px; }
.c2c-choice-facts { color: var(--text-muted); font-size: var(--text-sm); }
.c2c-choice-facts:empty { display: none; }

.c2c-pad-number {
	height: 40px;
	font-size: var(--text-xl);
	font-variant-numeric: tabular-nums;
	text-align: center;
}
.c2c-pad { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; padding: 12px 0 4px; }
.c2c-pad-key {
	height: 48px;
	border: 1px solid var(--border-color);
	border-radius: var(--border-radius-md);
	background: none;
	color: var(--text-color);
	font-size: var(--text-xl);
	line-height: 1.1;
}
.c2c-pad-key small { display: block; color: var(--text-muted); font-size: 10px; letter-spacing: 1px; }
.c2c-pad-key:hover { background: var(--fg-hover-color); }
.c2c-pad-key:focus-visible { outline: 0; box-shadow: var(--focus-default); }

.c2c-radios {
	display: flex;
	flex-wrap: wrap;
	gap: 8px;
	min-width: 0;
	margin: 0 0 var(--margin-md);
	padding: 0;
	border: 0;
}
.c2c-radios legend { margin-bottom: 4px; font-size: var(--text-sm); color: var(--text-muted); }
.c2c-radios label { position: relative; margin: 0; }
.c2c-radios input {
	position: absolute;
	inset: 0;
	width: 100%;
	height: 100%;
	margin: 0;
	opacity: 0;
	cursor: pointer;
}
.c2c-radios span {
	display: block;
	padding: 5px 12px;
	border: 1px solid var(--border-color);
	border-radius: 999px;
	color: var(--text-color);
}
.c2c-radios input:checked + span {
	border-color: var(--text-color);
	background: var(--text-color);
	color: var(--fg-color);
}
.c2c-radios input:focus-visible + span { outline: 2px solid var(--text-color); outline-offset: 1px; }
`;

export function add_style() {
	frappe.dom.set_style(CSS, "c2c-style");
}
