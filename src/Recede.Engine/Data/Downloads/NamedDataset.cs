namespace Recede.Engine.Data.Downloads;

/// <summary>A data set that can be opened by its name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Address">The folder in the net that holds its files; ends with a slash.</param>
/// <param name="Files">The files to download.</param>
internal sealed record NamedDataset(string Name, string Address, IReadOnlyList<PinnedFile> Files)
{
    private const string FashionMnistAddress = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";

    // The authors' page gives no files out any more: this is the copy that PyTorch's loader takes.
    private const string MnistAddress = "https://ossci-datasets.s3.amazonaws.com/mnist/";
    private const string CifarAddress = "https://www.cs.toronto.edu/~kriz/";

    private const long TrainImageBytes = 16 + 60000 * 28 * 28;
    private const long TrainLabelBytes = 8 + 60000;
    private const long TestImageBytes = 16 + 10000 * 28 * 28;
    private const long TestLabelBytes = 8 + 10000;

    // CIFAR-100's train.bin, the longest of both: 50000 records of 3074 bytes.
    private const long CifarFileBytes = 50000 * 3074;

    /// <summary>Where a Linux distribution's package puts it; null for nowhere.</summary>
    public string? SystemFolder { get; init; }

    /// <summary>What the one file, an archive, is unpacked to; null where the files are the data set.</summary>
    public ArchiveContent? Archive { get; init; }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<NamedDataset> All { get; } =
    [
        new("fashion-mnist", FashionMnistAddress,
        [
            new("train-images-idx3-ubyte.gz", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                new(TrainImageBytes, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888")),
            new("train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                new(TrainLabelBytes, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9")),
            new("t10k-images-idx3-ubyte.gz", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                new(TestImageBytes, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b")),
            new("t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                new(TestLabelBytes, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")),
        ])
        {
            SystemFolder = DatasetCatalog.FashionMnistFolder,
        },

        // The packed files' hashes are those that nixpkgs (tensorflow-mnist-input-data), Guild AI's mnist package and torch-rb
        // each publish; the unpacked bytes' hashes agree in half a dozen projects that keep the files unpacked.
        new("mnist", MnistAddress,
        [
            new("train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                new(TrainImageBytes, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db")),
            new("train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                new(TrainLabelBytes, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")),
            new("t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                new(TestImageBytes, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7")),
            new("t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                new(TestLabelBytes, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")),
        ]),
        new("cifar10", CifarAddress,
            [new("cifar-10-binary.tar.gz", 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")])
        {
            Archive = new(CifarReader.Cifar10Folder, [.. CifarReader.Cifar10TrainFiles, .. CifarReader.Cifar10TestFiles], CifarFileBytes),
        },
        new("cifar100", CifarAddress,
            [new("cifar-100-binary.tar.gz", 168513733, "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec")])
        {
            Archive = new(CifarReader.Cifar100Folder, [.. CifarReader.Cifar100TrainFiles, .. CifarReader.Cifar100TestFiles], CifarFileBytes),
        },
    ];

    /// <summary>The data set of that name; null for none.</summary>
    public static NamedDataset? Find(string name) => All.FirstOrDefault(dataset => dataset.Name == name);
}
