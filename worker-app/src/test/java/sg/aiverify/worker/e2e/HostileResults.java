package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.testkit.gateway.Fault;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StoredResult;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

/** Results that are invalid, belong to another run, or refer to files of others. */
abstract class HostileResults {
    /** Sends arbitrary lines to the worker, and exits before the runner can report the real result. */
    private static final String TELL = """
            def tell(*lines):
                for descriptor in range(3, 64):
                    try:
                        os.write(descriptor, ('\\n' + '\\n'.join(lines) + '\\n').encode())
                    except OSError:
                        pass  # not open, or not for writing
            work = Path.cwd().parent
            """;

    private final HostileScene scene;

    HostileResults(HostileScene scene) {
        this.scene = scene;
    }

    /** The test engine converts some of them to zeros; the others are stored as Python wrote them. */
    @Test
    void notANumberAndInfinity() {
        assertThat(scene.output(scene.order(MisbehavingAlgorithm.NAN_RESULT)).has("value"))
                .isTrue();

        JsonObject output = scene.output(scene.order(TELL + """
                (work / 'result.json').write_text('{"value": NaN, "other": [Infinity, -Infinity]}')
                tell('{"event": "result"}')
                os._exit(0)
                """));

        assertThat(output.get("value").getAsDouble()).isNaN();
        assertThat(output.getAsJsonArray("other").get(1).getAsDouble()).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void hugeNumbersKeepEveryDigit() {
        JsonElement value = scene.output(scene.order(TELL + """
                (work / 'result.json').write_text('{"value": 1' + '0' * 899 + '7}')
                tell('{"event": "result"}')
                os._exit(0)
                """)).get("value");

        assertThat(value.getAsString()).isEqualTo("1" + "0".repeat(899) + "7");
    }

    @Test
    void resultsThatAreNone() {
        scene.assertRefused(
                giving("self.results['text'] = 'x' * (100 << 20)", "The algorithm's output exceeds a limit: "),
                giving("self.results['value'] = 10 ** 3000", "an integer of more than 1000 digits at 'value'"),
                giving(
                        "for _ in range(300): self.results = {'deeper': self.results}",
                        "more than 200 levels of nested lists and objects, at 'deeper.deeper."),
                giving(
                        "for _ in range(100_000): self.results = {'deeper': self.results}",
                        "more than 200 levels of nested lists and objects"),
                giving("self.results['self'] = self.results", "more than 200 levels of nested lists and objects"),
                giving("self.results = ['a list']", "must be an object"),
                giving("self.results = None", "Failed to run algorithm: "),
                giving("self.results['text'] = 'x' * (257 << 20)", "bytes, at most 268435456 are allowed"));
    }

    private HostileScene.Refused giving(String body, String reason) {
        return scene.refused(scene.order(body), "pipeline_execute: ", reason);
    }

    /** Larger than the worker's memory; the gateway need not store it. */
    @Test
    void listOfTextsOfAHundredMegabytes() {
        scene.finishWitness(); // or the error could be the gateway's
        scene.gateway.inject(Fault.respond(422).on("POST", "/test_results/upload_zip"));

        String error = scene.error(scene.order("self.results['texts'] = ['x' * (10 << 20)] * 10"));

        assertThat(error).startsWith("upload: ").contains("422");
        assertThat(scene.gateway.requests())
                .anyMatch(request -> request.status() == 422 && request.bodyBytes() > 100 << 20);
    }

    @Test
    void idOfAnotherRunInItsOutputAndBesideIt() {
        String victim = scene.gateway.startRun(scene.witnessOrder("victim"));

        StoredResult stored =
                scene.stored(scene.order(MisbehavingAlgorithm.FORGES_RESULTS).withArgument("victim", victim));

        assertThat(stored.artifacts()).isEmpty();
        scene.verdict(victim, sg.aiverify.worker.gateway.RunStatus.SUCCESS);
        assertThat(scene.gateway.uploads(victim)).hasSize(1);
    }

    @Test
    void idOfAnotherRunAsItsOutput() {
        String victim = scene.gateway.startRun(scene.witnessOrder("victim"));

        StoredResult stored = scene.stored(scene.order("""
                self.results.update(testRunId=self.arguments['victim'], gid='x', cid='y', timeTaken=-1)
                """).withArgument("victim", victim));

        assertThat(stored.document().get("gid").getAsString()).isEqualTo("aiverify.test.tiny");
        assertThat(scene.verdict(victim, sg.aiverify.worker.gateway.RunStatus.SUCCESS)
                        .result()
                        .output()
                        .getAsJsonObject()
                        .get("token")
                        .getAsString())
                .isEqualTo("victim");
        assertThat(scene.gateway.uploads(victim)).hasSize(1);
    }

    @Test
    void secondFilesOfResults() {
        StoredResult stored = scene.stored(scene.order("""
                names = ['results.json', 'x/results.json', 'moreresults.json', 'output.zip', './results.json']
                (OUTPUT / 'x').mkdir(parents=True, exist_ok=True)
                for name in names:
                    (OUTPUT / name).write_text('{"testRunId": "forged", "output": {}}')
                self.results['artifacts'] = [*names, *(str(OUTPUT / name) for name in names)]
                """));

        assertThat(stored.artifacts()).isEmpty();
        assertThat(stored.document().toString()).doesNotContain("forged");
    }

    @Test
    void secondFilesOfResultsByForgedEvents() {
        scene.assertRefused(naming("results.json"), naming("x/results.json"), naming("moreresults.json"));
    }

    private HostileScene.Refused naming(String name) {
        RunOrder order = scene.order(TELL + """
                (OUTPUT / 'x').mkdir(parents=True, exist_ok=True)
                (OUTPUT / self.arguments['name']).write_text('{"testRunId": "forged", "output": {}}')
                (work / 'result.json').write_text('{}')
                tell(json.dumps({'event': 'artifact', 'name': self.arguments['name']}), '{"event": "result"}')
                os._exit(0)
                """).withArgument("name", name);
        return scene.refused(order, "The algorithm's artifacts cannot be stored: '" + name + "'", "results.json");
    }

    @Test
    void forgedLinesOnStandardOutput() {
        assertThat(scene.output(scene.order(MisbehavingAlgorithm.FORGES_LINES)))
                .hasToString("{\"message\":\"forges_lines\"}");
    }

    @Test
    void forgedLinesOnEveryDescriptor() {
        StoredResult stored = scene.stored(scene.order(MisbehavingAlgorithm.FORGES_EVENTS));

        assertThat(stored.artifacts()).isEmpty();
        assertThat(stored.output()).hasToString("{\"message\":\"forges_events\"}");
    }

    @Test
    void forgedLinesOfTheWrongShape() {
        assertThat(scene.output(scene.order(TELL + """
                tell('{"event": {"event": "result"}}', '{"event": "progress", "percent": 1e999}', '[]', 'null',
                     '{"event": "progress", "percent": "50"}', '{"event": "progress", "percent": -1}',
                     '[' * 100_000, '{"event": "exited", "code": 0}', '{"event": "artifact", "name": null}',
                     '{"event": "artifact", "name": "\\\\u0000"}', '{"event": "nonsense"}')
                """)))
                .hasToString("{\"message\":\"hostile_" + scene.algorithms() + "\"}");
    }

    @Test
    void forgedErrorWithEscapeSequences() {
        assertThat(scene.error(scene.order(TELL + """
                tell(json.dumps({'event': 'error', 'text': '\\x1b[31mforged\\x1b[0m\\x07\\x00\\x9b31m'}))
                os._exit(1)
                """))).contains("Failed to run algorithm: forged31m");
    }

    @Test
    void resultsThatTheAlgorithmWroteItself() {
        scene.assertRefused(
                writing("os.symlink('/etc/passwd', result)", "the algorithm removed its result"),
                writing("os.mkfifo(result)", "the algorithm removed its result"),
                writing("os.mkdir(result)", "the algorithm removed its result"),
                writing(
                        "os.truncate(os.open(result, os.O_CREAT | os.O_WRONLY), 1 << 30)",
                        "at most 268435456 are allowed"),
                writing("result.write_text('{\"value\": 1' + '0' * 3000 + '}')", "exceeds the maximum allowed"),
                writing("result.write_text('{} {}')", "is not valid JSON: unexpected text after its end"),
                writing("result.write_text('{\"a\": 1, \"a\": 2}')", "is not valid JSON"),
                writing("result.write_bytes(b'{\"a\": \"\\xff\\xfe\"}')", "is not valid JSON"),
                writing("result.write_text('{\"output\":' + '[' * 100_000)", "exceeds the maximum allowed"));
    }

    private HostileScene.Refused writing(String write, String reason) {
        RunOrder order = scene.order(TELL + """
                result = work / 'result.json'
                %s
                tell('{"event": "result"}')
                os._exit(0)
                """.formatted(write));
        return scene.refused(order, reason);
    }

    @Test
    void artifactsThatAreLinksOrLieOutside() {
        StoredResult stored = scene.stored(scene.order(TELL + """
                (OUTPUT / 'plots').mkdir(parents=True, exist_ok=True)
                (OUTPUT / 'plots' / 'fine.png').write_text('fine')
                os.symlink('/etc/passwd', OUTPUT / 'link.png')
                os.symlink('/etc', OUTPUT / 'linked')
                os.mkfifo(OUTPUT / 'pipe.png')
                Path('outside.png').write_text('outside')
                names = ['link.png', 'linked/passwd', 'pipe.png', '../outside.png', '/etc/passwd',
                         'plots/../link.png', '../../../../../../etc/passwd', '..', '', '.']
                self.results['artifacts'] = ['plots/fine.png', *names]
                tell(*(json.dumps({'event': 'artifact', 'name': name}) for name in names))
                """));

        assertThat(stored.artifacts()).containsOnlyKeys("plots/fine.png");
        assertThat(new String(stored.artifacts().get("plots/fine.png"), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("fine");
    }

    @Test
    void outputDirectoryThatIsALink() {
        StoredResult stored = scene.stored(scene.order("""
                import shutil
                shutil.rmtree(OUTPUT)
                os.symlink('/usr/share', OUTPUT)
                self.results['artifacts'] = ['pixmaps/x.png', 'passwd']
                """));

        assertThat(stored.artifacts()).isEmpty();
    }

    @Test
    void artifactsWithNamesThatTheGatewayRefuses() {
        StoredResult stored = scene.stored(scene.order("""
                OUTPUT.mkdir(exist_ok=True)
                names = ['not fine.png', 'über.png', 'a"b.png', "a'b.png", 'new\\nline.png', '$(id).png', 'a;b.png',
                         '\\x1b[31m.png', 'x' * 250 + '.png']
                for name in names:
                    (OUTPUT / name).write_text('x')
                self.results['artifacts'] = names
                """));

        assertThat(stored.artifacts()).containsOnlyKeys("x".repeat(250) + ".png");
    }
}
