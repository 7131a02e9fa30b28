import { show_board } from "./board/board";

window.c2c_show_board = show_board;
