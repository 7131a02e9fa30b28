import { work } from "./lists/player";

window.c2c_list = work;
