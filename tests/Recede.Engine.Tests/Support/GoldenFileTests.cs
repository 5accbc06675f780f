namespace Recede.Engine.Tests.Support;

public sealed class GoldenFileTests
{
    private static readonly string[] Expected =
    [
        "batch_norm.json", "bounded_batch_norm.json", "conv2d.json", "conv2d_groups.json", "cross_entropy.json",
        "linear.json", "penalty.json", "pooling.json", "training_step_resnet.json", "training_step_vgg.json",
    ];

    [Test]
    public void Every_golden_file_is_there()
    {
        Assert.That(Golden.Files(), Is.EqualTo(Expected));
    }

    [TestCaseSource(nameof(Expected))]
    public void Parses_with_shapes_that_match_its_data(string file)
    {
        Golden golden = Golden.Load(file);

        Assert.That(golden.MadeBy, Does.Match("^make_[a-z_]+\\.py$"));
        Assert.That(golden.Torch, Does.StartWith("1.13"));
        Assert.That(golden.Dtype, Is.EqualTo("float64"));
        Assert.That(golden.Cases, Is.Not.Empty);
        Assert.That(golden.Tensors, Is.Not.Empty);
        foreach (string name in golden.Tensors)
        {
            int count = 1;
            foreach (int size in golden.Shape(name))
            {
                count *= size;
            }

            Assert.That(count, Is.Positive.And.EqualTo(golden.Doubles(name).Length), $"{file}: {name}");
        }
    }

    [TestCase("batch_norm.json", "x dy gamma beta y dx dgamma dbeta runningMean runningVar inferenceY")]
    [TestCase("bounded_batch_norm.json", "x dy w y dx dw runningMean runningVar inferenceY")]
    [TestCase("conv2d.json", "x weight dy y dx dweight")]
    [TestCase("conv2d_groups.json", "x weight dy y dx dweight")]
    [TestCase("cross_entropy.json", "logits labels loss dlogits")]
    [TestCase("linear.json", "x weight dy y dx dweight")]
    [TestCase("penalty.json", "w value gradient")]
    [TestCase("pooling.json", "x dy y dx")]
    public void Each_case_has_its_tensors(string file, string tensors)
    {
        Golden golden = Golden.Load(file);
        foreach (string name in golden.Cases)
        {
            foreach (string tensor in tensors.Split(' '))
            {
                Assert.That(golden.Has($"{name}.{tensor}"), Is.True, $"{file}: {name}.{tensor}");
            }
        }
    }

    [TestCase("training_step_vgg.json")]
    [TestCase("training_step_resnet.json")]
    public void A_training_step_tells_each_parameter_before_and_after(string file)
    {
        Golden golden = Golden.Load(file);
        int parameters = 0;
        foreach (string tensor in golden.Tensors)
        {
            if (!tensor.StartsWith("initial.", StringComparison.Ordinal))
            {
                continue;
            }

            string parameter = tensor["initial.".Length..];
            foreach (string kind in new[] { "gradient.", "updated.", "momentum." })
            {
                Assert.That(golden.Shape(kind + parameter), Is.EqualTo(golden.Shape(tensor)), $"{file}: {kind}{parameter}");
            }

            parameters++;
        }

        Assert.That(parameters, Is.GreaterThan(10));
        Assert.That(golden.Integers("labels"), Has.Length.EqualTo(4));
        Assert.That(golden.Shape("images"), Is.EqualTo(new[] { 4, 8, 8, 3 }));
    }

    [TestCase("nonsense", "not JSON")]
    [TestCase("""{"madeBy":"a.py"}""", "'torch' is missing")]
    [TestCase("""{"madeBy":"a.py","torch":1,"dtype":"float64","cases":{},"tensors":{}}""", "'torch' should be a String")]
    [TestCase(
        """{"madeBy":"a.py","torch":"1","dtype":"float64","cases":{},"tensors":{"a.x":{"shape":[2,3],"data":[1,2]}}}""",
        "so 6 values; it holds 2")]
    [TestCase(
        """{"madeBy":"a.py","torch":"1","dtype":"float64","cases":{},"tensors":{"a.x":{"shape":[2],"data":[1,"2"]}}}""",
        "'a.x'[1] is not a finite number")]
    public void A_file_that_is_wrong_says_what_is_wrong(string text, string complaint)
    {
        Assert.That(() => Golden.Parse("bad.json", text), Throws.TypeOf<InvalidDataException>().With.Message.Contains(complaint));
    }

    [Test]
    public void A_name_that_is_not_there_is_an_error_that_tells_the_names()
    {
        Golden golden = Golden.Load("penalty.json");
        Assert.That(() => golden.Doubles("l1.x"), Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("l1.gradient"));
        Assert.That(() => golden.Number("l2", "lambda"), Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("shift0"));
        Assert.That(() => golden.Number("l1", "shift"), Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("lambda"));
        Assert.That(() => Golden.Load("absent.json"), Throws.TypeOf<FileNotFoundException>());
    }
}
