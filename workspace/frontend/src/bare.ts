// Entry of pages that may have no signed-in person: sign-in and errors. Looks alone, no behaviour.
import "./css/bare.css";
