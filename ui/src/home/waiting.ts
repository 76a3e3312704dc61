import { ref } from "vue";

/** How much of what came from other machines a person has to look at: second versions and alarms. */
export const waiting = ref(0);
