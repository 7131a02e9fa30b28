// The board Today: reads the day's calls when it comes into view, when a call changes while it is in view, and on
// Refresh. Nothing here runs on a timer but the pause between two readings.
import { calls_changed, is_live, listen, read_board } from "./board_server";
import { draw, make } from "./board_view";

// Many calls may change at once; the board reads them together. Milliseconds.
const PAUSE = 2000;

export function show_board(root) {
	const place = root.querySelector(".c2c-board");
	const board = { place, is_stale: true, is_seen: false, is_reading: false, waits: null, data: null, fault: "" };
	const view = make(place, () => read(board));
	board.redraw = () => draw(view, board, is_live());
	const eye = new IntersectionObserver((entries) => {
		board.is_seen = entries.at(-1).isIntersecting;
		if (!board.is_seen) return;
		// The list of calls ends the listening of this page when it is left.
		listen();
		note_change(board);
	});
	eye.observe(place);
	const on_page = () => read_if_seen(board);
	document.addEventListener("visibilitychange", on_page);
	const forget = calls_changed({
		on_change: () => (is_gone(board, leave) ? null : note_change(board)),
		on_connection: () => (is_gone(board, leave) ? null : connection_changed(board)),
	});
	function leave() {
		eye.disconnect();
		document.removeEventListener("visibilitychange", on_page);
		clearTimeout(board.waits);
		forget();
	}
	board.redraw();
}

// The workspace draws its blocks anew each time it is opened.
function is_gone({ place }, leave) {
	if (place.isConnected) return false;
	leave();
	return true;
}

function note_change(board) {
	board.is_stale = true;
	read_if_seen(board);
}

// What happened meanwhile was not heard.
function connection_changed(board) {
	board.redraw();
	if (is_live()) note_change(board);
}

function read_if_seen(board) {
	// Without a connection nobody says what is new: coming into view is the moment to look.
	const is_wanted = board.is_stale || !is_live();
	if (!is_wanted || !board.is_seen || document.hidden || board.waits) return;
	read(board);
}

async function read(board) {
	if (board.is_reading) return;
	board.is_reading = true;
	board.is_stale = false;
	try {
		board.data = await read_board();
		board.fault = "";
	} catch (error) {
		board.fault = error.message;
	}
	board.is_reading = false;
	board.redraw();
	board.waits = setTimeout(() => {
		board.waits = null;
		if (board.is_stale && is_live()) read_if_seen(board);
	}, PAUSE);
}
